import { hash, verify } from "@node-rs/argon2";
import { z } from "zod";

/** At least 12 characters and no rules of composition (NIST SP 800-63B-4); long ones would only cost time. */
export const newPassword = z.string().min(12).max(200);

// Argon2id, the least that OWASP's Password Storage Cheat Sheet names: 19 MiB, two passes, one lane.
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** @returns Argon2id in PHC form, with a salt of its own */
export function hashPassword(password: string): Promise<string> {
  return hash(password, cost);
}

let decoy: Promise<string> | undefined;

/** Takes the same time where there is no account, or one without a password. */
export async function passwordMatches(passwordHash: string | null, password: string): Promise<boolean> {
  decoy ??= hashPassword("there is no such account");
  const isRight = await verify(passwordHash ?? (await decoy), password);
  return passwordHash !== null && isRight;
}
