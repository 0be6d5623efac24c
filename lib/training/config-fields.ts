import { z } from "zod";
import { type Augmentation, type TrainingConfig, trainingConfigSchema } from "./config";

/** A value of the configuration by its name, nested ones with a dot. The preset's name is none of them. */
export type ConfigKey =
  | Exclude<keyof TrainingConfig, "augmentation" | "preset">
  | `augmentation.${keyof Augmentation}`;

export type ConfigField = { key: ConfigKey } & (
  | { kind: "number"; isInteger: boolean; bounds: Bounds }
  | { kind: "flag" }
  | { kind: "choice"; options: readonly string[] }
  | { kind: "choices"; options: readonly string[] }
);

/** `null` where that side is open. */
export interface Bounds {
  least: number | null;
  most: number | null;
  /** Whether the bound itself is out of range. */
  leastExcluded: boolean;
  mostExcluded: boolean;
}

/** What JSON Schema says of one value. */
interface Described {
  type?: string;
  enum?: string[];
  items?: Described;
  properties?: Record<string, Described>;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
}

/** The form of a training configuration, as its schema describes it, in the schema's order. */
export function configFields(): ConfigField[] {
  return fieldsOf(z.toJSONSchema(trainingConfigSchema) as Described, "").filter(
    ({ key }) => (key as string) !== "preset",
  );
}

function fieldsOf({ properties = {} }: Described, prefix: string): ConfigField[] {
  return Object.entries(properties).flatMap(([name, described]) =>
    described.type === "object"
      ? fieldsOf(described, `${prefix}${name}.`)
      : [fieldOf(`${prefix}${name}` as ConfigKey, described)],
  );
}

function fieldOf(key: ConfigKey, described: Described): ConfigField {
  if (described.type === "boolean") return { key, kind: "flag" };
  if (described.type === "array") return { key, kind: "choices", options: described.items?.enum ?? [] };
  if (described.type === "string") return { key, kind: "choice", options: described.enum ?? [] };
  return { key, kind: "number", isInteger: described.type === "integer", bounds: boundsOf(described) };
}

function boundsOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Described): Bounds {
  const most = exclusiveMaximum ?? maximum ?? null;
  return {
    least: exclusiveMinimum ?? minimum ?? null,
    // zod gives every integer the largest safe one.
    most: most === Number.MAX_SAFE_INTEGER ? null : most,
    leastExcluded: exclusiveMinimum !== undefined,
    mostExcluded: exclusiveMaximum !== undefined,
  };
}

/** A value of a configuration by its key. */
export function valueAt(config: TrainingConfig, key: ConfigKey): unknown {
  return key
    .split(".")
    .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], config);
}

/** The configuration with one value replaced; the given one stays as it is. */
export function withValue(config: TrainingConfig, key: ConfigKey, value: unknown): TrainingConfig {
  const [name = "", nested] = key.split(".");
  if (nested === undefined) return { ...config, [name]: value };
  return { ...config, augmentation: { ...config.augmentation, [nested]: value } };
}

/** The keys whose values the schema refuses, and "batchSize" where batches are not made of whole micro-batches. */
export function invalidKeys(config: TrainingConfig): Set<string> {
  const parsed = trainingConfigSchema.safeParse(config);
  const keys = parsed.success ? [] : parsed.error.issues.map(({ path }) => keyOf(path));
  if (keys.length === 0 && config.batchSize % config.microBatchSize !== 0) keys.push("batchSize");
  return new Set(keys);
}

function keyOf(path: readonly PropertyKey[]): string {
  return path.filter((part) => typeof part === "string").join(".");
}
