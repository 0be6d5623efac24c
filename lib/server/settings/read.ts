import { eq } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/drizzle/client";
import { settings } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import { type SettingName, type SettingValue, settingDefinitions } from "./definitions";

type Env = Record<string, string | undefined>;

export interface Setting<Name extends SettingName> {
  value: SettingValue<Name>;
  /** "environment": it cannot be changed here. */
  source: "environment" | "database" | "default";
  /** The variable that fixes it, or could. */
  variable: string | null;
}

/** A setting as it holds now: the environment's, else the record's, else the initial one. @throws CONFIG_INVALID */
export async function readSetting<Name extends SettingName>(
  db: DatabaseOrTransaction,
  name: Name,
  env: Env = process.env,
): Promise<Setting<Name>> {
  const fixed = fixedSetting(name, env);
  if (fixed) return fixed;
  const { initial, variable = null } = settingDefinitions[name];
  const [row] = await db.select({ value: settings.value }).from(settings).where(eq(settings.name, name));
  if (!row) return { value: initial as SettingValue<Name>, source: "default", variable };
  return { value: parse(name, row.value, `the setting ${name}`), source: "database", variable };
}

/** What the environment says of a setting; null where it says nothing. @throws CONFIG_INVALID */
export function fixedSetting<Name extends SettingName>(
  name: Name,
  env: Env = process.env,
): Setting<Name> | null {
  const { variable, fromText } = settingDefinitions[name];
  const text = variable ? env[variable]?.trim() : undefined;
  if (!variable || !text || !fromText) return null;
  return { value: parse(name, fromText(text), variable), source: "environment", variable };
}

function parse<Name extends SettingName>(name: Name, value: unknown, where: string): SettingValue<Name> {
  const parsed = settingDefinitions[name].schema.safeParse(value);
  if (parsed.success) return parsed.data as SettingValue<Name>;
  throw new PneumoscopeError(
    "CONFIG_INVALID",
    `${where} has a value that is not valid. Correct or unset it.`,
  );
}
