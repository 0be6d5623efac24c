import { integer, jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import type { ListedKey } from "@/lib/manifest";

/** Every key that ever signed a version here, so that each can be verified for ever. Private keys are elsewhere. */
export const signingKeys = pgTable("signing_keys", {
  keyId: text("key_id").primaryKey(),
  publicKey: text("public_key").notNull(),
  /** "release" signs shipped versions elsewhere; "deployment" signs here, one of them at a time. */
  role: text().$type<"release" | "deployment">().notNull(),
  state: text().$type<ListedKey["state"]>().notNull().default("active"),
  /** Highest serial it may have signed, of a retired key. */
  lastSerial: integer("last_serial"),
  endorsement: jsonb().$type<NonNullable<ListedKey["endorsement"]>>(),
  since: timestamp({ withTimezone: true }).notNull().defaultNow(),
});
export type SigningKeyRow = typeof signingKeys.$inferSelect;
