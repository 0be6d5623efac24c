import { bigserial, index, pgTable, text, timestamp } from "drizzle-orm/pg-core";

/** What sign-in is slowed by: one row for the account that was tried and one for the address it was tried from. */
export const failedSignIns = pgTable(
  "failed_sign_ins",
  {
    id: bigserial({ mode: "number" }).primaryKey(),
    /** "account:" or "address:" and a hash. */
    key: text().notNull(),
    at: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [index("failed_sign_ins_key_at").on(table.key, table.at)],
);
