import type { TrainingConfig } from "./config";
import { presetNamed } from "./training-config";

export interface ConfigDifference {
  /** Nested keys with a dot: "augmentation.noise". */
  key: string;
  value: unknown;
  /** What the preset has; undefined where there is no preset of that name. */
  presetValue: unknown;
}

/** Every value of a configuration by its key, nested ones with a dot, in the schema's order. */
export function flattenConfig(config: object, prefix = ""): [key: string, value: unknown][] {
  return Object.entries(config).flatMap(([key, value]): [string, unknown][] =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? flattenConfig(value, `${prefix}${key}.`)
      : [[`${prefix}${key}`, value]],
  );
}

/** What a configuration has otherwise than the preset that it names. Without such a preset: nothing can be said. */
export function differencesFromPreset(config: TrainingConfig): ConfigDifference[] {
  const preset = presetNamed(config.preset);
  if (!preset) return [];
  const known = new Map(flattenConfig(preset));
  return flattenConfig(config)
    .filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(known.get(key)))
    .map(([key, value]) => ({ key, value, presetValue: known.get(key) }));
}
