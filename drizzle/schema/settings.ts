import { jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";

/** What administrators have set; a setting without a row has its default. lib/server/settings says what each may be. */
export const settings = pgTable("settings", {
  name: text().primaryKey(),
  value: jsonb().$type<unknown>().notNull(),
  updatedBy: text("updated_by").notNull(),
  updatedAt: timestamp("updated_at", { withTimezone: true }).notNull().defaultNow(),
});
