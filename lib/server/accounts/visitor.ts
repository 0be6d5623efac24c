import { askedAt } from "@/lib/server/network/asked-at";
import type { Visitor } from "./sessions";

/** Where a request comes from. */
export function visitorOf(headers: Headers): Visitor {
  return { address: askedAt(headers).address, userAgent: headers.get("user-agent") ?? "" };
}
