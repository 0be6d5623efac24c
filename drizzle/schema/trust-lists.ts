import { integer, jsonb, pgTable } from "drizzle-orm/pg-core";
import type { SignedTrustList } from "@/lib/manifest";

/** Every trust list that was ever issued; the one with the highest serial is served. */
export const trustLists = pgTable("trust_lists", {
  serial: integer().primaryKey(),
  signedTrustList: jsonb("signed_trust_list").$type<SignedTrustList>().notNull(),
});
