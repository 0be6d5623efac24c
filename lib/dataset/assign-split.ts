import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { Split } from "@/lib/training/job";

/** Shares of patients, which sum to 1. */
export interface SplitShares {
  train: number;
  validation: number;
  test: number;
}

export const defaultShares: SplitShares = { train: 0.8, validation: 0.1, test: 0.1 };

/** The salt of every dataset version that is meant to be compared with another. */
export const defaultSalt = "pneumoscope-1";

/**
 * A patient's side. It depends on the salt and the patient alone, so a patient keeps it in every later
 * dataset version, whatever is added or removed around it.
 * u = first 48 bits of SHA-256(salt + ":" + patientKey) / 2^48, uniform in [0, 1):
 * train below shares.train, then validation, then test.
 */
export function assignSplit(patientKey: string, salt: string, shares: SplitShares = defaultShares): Split {
  const hash = sha256(utf8ToBytes(`${salt}:${patientKey}`));
  let position = 0;
  for (const byte of hash.subarray(0, 6)) position = position * 256 + byte;
  const u = position / 2 ** 48;
  if (u < shares.train) return "train";
  return u < shares.train + shares.validation ? "validation" : "test";
}
