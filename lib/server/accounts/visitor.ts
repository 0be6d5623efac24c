import type { Visitor } from "./sessions";

/** Where a request comes from, as far as headers tell: behind no proxy of ours they may say anything. */
export function visitorOf(headers: Headers): Visitor {
  const address = headers.get("x-forwarded-for")?.split(",")[0]?.trim() || "unknown";
  return { address, userAgent: headers.get("user-agent") ?? "" };
}
