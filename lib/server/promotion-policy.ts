import { readFile } from "node:fs/promises";
import type { Database, DatabaseOrTransaction } from "@/drizzle/client";
import type { Digest } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import { defaultPolicy, type PromotionPolicy, parsePolicy, policyDigest } from "@/lib/promotion/policy";
import { readServerEnv } from "./env";
import { changeSetting } from "./settings/change";
import { readSetting } from "./settings/read";

export interface PolicyInForce {
  policy: PromotionPolicy;
  digest: Digest;
  /** The file that PROMOTION_POLICY names: it wins, and the policy cannot be changed on the pages. */
  file: string | null;
}

/** The policy in the file that PROMOTION_POLICY names, else the one set by an administrator, else the default one. @throws CONFIG_INVALID */
export async function readPromotionPolicy(
  db: DatabaseOrTransaction,
  { promotionPolicyFile: file }: { promotionPolicyFile?: string | undefined } = readServerEnv(),
): Promise<PromotionPolicy> {
  if (!file) return (await readSetting(db, "promotionPolicy")).value ?? defaultPolicy;
  const text = await readFile(file, "utf8").catch((cause) => {
    throw new PneumoscopeError(
      "CONFIG_INVALID",
      `The promotion policy ${file} cannot be read. Correct PROMOTION_POLICY, or unset it for the default policy.`,
      { cause },
    );
  });
  return parsePolicy(text, file);
}

/** The policy that the next run decides by. */
export async function policyInForce(db: DatabaseOrTransaction): Promise<PolicyInForce> {
  const { promotionPolicyFile: file = null } = readServerEnv();
  const policy = await readPromotionPolicy(db);
  return { policy, digest: policyDigest(policy), file };
}

export interface PolicyChange {
  mode: "automatic" | "review";
  /** In review mode: how many different admins must approve. */
  approvals: 1 | 2;
  /** Of the policy that the person saw. */
  seenDigest: Digest;
  actor: string;
}

/**
 * Makes the next version of the policy: runs that start from now on decide by it. What waits for approval keeps the
 * number of approvals that it was asked with.
 * @throws SETTING_FIXED, SETTING_CHANGED
 */
export async function changePolicy(
  db: Database,
  { mode, approvals, seenDigest, actor }: PolicyChange,
): Promise<Digest> {
  const { promotionPolicyFile: file } = readServerEnv();
  if (file)
    throw new PneumoscopeError(
      "SETTING_FIXED",
      `PROMOTION_POLICY names ${file}, which wins. Change that file.`,
    );
  const { value: seen } = await readSetting(db, "promotionPolicy");
  const policy = seen ?? defaultPolicy;
  const digest = policyDigest(policy);
  if (digest !== seenDigest)
    throw new PneumoscopeError("SETTING_CHANGED", "The policy was changed meanwhile. Look at it again.");
  const { review: _, ...rest } = policy;
  const value: PromotionPolicy = { ...rest, mode, ...(mode === "review" && { review: { approvals } }) };
  const nextDigest = policyDigest(value);
  const describe = ({ mode, review }: PromotionPolicy, digest: Digest) => ({
    digest,
    mode,
    approvals: mode === "review" ? (review?.approvals ?? 1) : null,
  });
  const details = { from: describe(policy, digest), to: describe(value, nextDigest) };
  await changeSetting(db, { name: "promotionPolicy", value, seen, actor, details });
  return nextDigest;
}
