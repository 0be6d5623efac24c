/** What one parameter is in a run; null where the run has none of that name. */
export type ParameterValue = string | number | boolean | null;

export interface ParameterRow {
  /** "augmentation.flip" */
  name: string;
  values: ParameterValue[];
  differs: boolean;
}

/** A configuration as one level of names; lists are written with commas. */
export function flattenParameters(config: unknown, prefix = ""): Map<string, ParameterValue> {
  const flat = new Map<string, ParameterValue>();
  if (typeof config !== "object" || config === null) return flat;
  for (const [key, value] of Object.entries(config)) {
    const name = `${prefix}${key}`;
    if (Array.isArray(value)) flat.set(name, value.map(String).join(", "));
    else if (typeof value === "object" && value !== null)
      for (const [inner, innerValue] of flattenParameters(value, `${name}.`)) flat.set(inner, innerValue);
    else if (["string", "number", "boolean"].includes(typeof value)) flat.set(name, value as ParameterValue);
  }
  return flat;
}

/** A row a parameter, in the order of the first configuration that has it. Those without a configuration do not count. */
export function parameterRows(configs: readonly unknown[]): ParameterRow[] {
  const flat = configs.map((config) => (config === null ? null : flattenParameters(config)));
  const known = flat.filter((one) => one !== null);
  const names = [...new Set(known.flatMap((one) => [...one.keys()]))];
  return names.map((name) => ({
    name,
    values: flat.map((one) => one?.get(name) ?? null),
    differs: new Set(known.map((one) => one.get(name) ?? null)).size > 1,
  }));
}
