import { index, integer, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import { modelVersions } from "./model-versions";

/** Names that people give to versions; each names one. "champion" is none of them: the record says who that is. */
export const modelAliases = pgTable(
  "model_aliases",
  {
    alias: text().primaryKey(),
    serial: integer()
      .notNull()
      .references(() => modelVersions.serial),
    setBy: text("set_by").notNull(),
    setAt: timestamp("set_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [index("model_aliases_serial").on(table.serial)],
);
export type ModelAlias = typeof modelAliases.$inferSelect;
