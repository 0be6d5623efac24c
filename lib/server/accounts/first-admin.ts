import type { Database } from "@/drizzle/client";
import { createLink, hasAdmin } from "./one-time-links";

/** A link by which the first administrator makes an account; null where there is one. Earlier links end. */
export function firstAdminLink(db: Database): Promise<string | null> {
  return db.transaction(async (tx) => {
    if (await hasAdmin(tx)) return null;
    return createLink(tx, { purpose: "first-admin" });
  });
}
