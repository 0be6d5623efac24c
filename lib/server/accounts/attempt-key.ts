import { createHash } from "node:crypto";

/** "account:…" or "address:…", without what it was made from. */
export function attemptKey(kind: "account" | "address", value: string): string {
  return `${kind}:${createHash("sha256").update(value).digest("hex")}`;
}
