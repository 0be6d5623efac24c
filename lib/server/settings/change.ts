import { isDeepStrictEqual } from "node:util";
import { sql } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { settings } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { type SettingName, type SettingValue, settingDefinitions } from "./definitions";
import { readSetting } from "./read";

// Any constant will do; it only has to be the same in every process.
const settingsLock = 7_310_946_231;

export interface SettingChange<Name extends SettingName> {
  name: Name;
  value: SettingValue<Name>;
  /** What the person saw: of two who change it at once, the later one is told. */
  seen: SettingValue<Name>;
  actor: string;
  /** Beside the values, for the audit trail. */
  details?: Record<string, unknown>;
}

/** Changes a setting, from the next request on. @throws SETTING_FIXED, SETTING_CHANGED */
export function changeSetting<Name extends SettingName>(
  db: Database,
  { name, value, seen, actor, details }: SettingChange<Name>,
): Promise<void> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${settingsLock})`);
    const current = await readSetting(tx, name);
    if (current.source === "environment")
      throw new PneumoscopeError("SETTING_FIXED", `${current.variable} fixes this setting. Change it there.`);
    if (!isDeepStrictEqual(current.value, seen))
      throw new PneumoscopeError("SETTING_CHANGED", "The setting was changed meanwhile. Look at it again.");
    if (isDeepStrictEqual(current.value, value)) return;
    const row = {
      value: settingDefinitions[name].schema.parse(value),
      updatedBy: actor,
      updatedAt: new Date(),
    };
    await tx
      .insert(settings)
      .values({ name, ...row })
      .onConflictDoUpdate({ target: settings.name, set: row });
    await recordAuditEvent(tx, {
      action: "setting.changed",
      actor,
      entityId: name,
      details: details ?? { from: current.value, to: value },
    });
  });
}
