import { readFile } from "node:fs/promises";
import { PneumoscopeError } from "@/lib/errors";
import { defaultPolicy, type PromotionPolicy, parsePolicy } from "@/lib/promotion/policy";
import { readServerEnv } from "./env";

/** The policy in the file that PROMOTION_POLICY names, else the default one. @throws CONFIG_INVALID */
export async function readPromotionPolicy(
  { promotionPolicyFile: file }: { promotionPolicyFile?: string | undefined } = readServerEnv(),
): Promise<PromotionPolicy> {
  if (!file) return defaultPolicy;
  const text = await readFile(file, "utf8").catch((cause) => {
    throw new PneumoscopeError(
      "CONFIG_INVALID",
      `The promotion policy ${file} cannot be read. Correct PROMOTION_POLICY, or unset it for the default policy.`,
      { cause },
    );
  });
  return parsePolicy(text, file);
}
