import { z } from "zod";
import { PneumoscopeError } from "@/lib/errors";
import { type TrainingConfig, trainingConfigSchema } from "./config";
import { baseline } from "./presets/baseline";
import { daily } from "./presets/daily";
import { demo } from "./presets/demo";
import { full } from "./presets/full";

const presets: Record<string, TrainingConfig> = { daily, demo, full, baseline };
export const presetNames = Object.keys(presets);

/** @returns undefined where there is none of that name */
export function presetNamed(name: string): TrainingConfig | undefined {
  return Object.hasOwn(presets, name) ? presets[name] : undefined;
}

/**
 * A preset with some values replaced.
 * @param overrides "key=value" each; nested keys with a dot, values as JSON or plain text
 * @throws CONFIG_INVALID naming the preset or the key
 */
export function trainingConfig(preset: string, overrides: readonly string[] = []): TrainingConfig {
  const base = presetNamed(preset);
  if (!base) {
    throw new PneumoscopeError(
      "CONFIG_INVALID",
      `There is no training preset “${preset}”. There are ${presetNames.join(", ")}.`,
    );
  }
  return trainingConfigFrom(base, overrides);
}

/**
 * A whole configuration, as a file or the record holds it, with some values replaced.
 * @throws CONFIG_INVALID naming the key
 */
export function trainingConfigFrom(value: unknown, overrides: readonly string[] = []): TrainingConfig {
  const config: unknown = structuredClone(value);
  if (typeof config === "object" && config !== null)
    for (const override of overrides) replace(config, override);
  const parsed = trainingConfigSchema.safeParse(config);
  if (parsed.success) return requireWholeBatches(parsed.data);
  throw new PneumoscopeError(
    "CONFIG_INVALID",
    `The training configuration is not valid:\n${z.prettifyError(parsed.error)}`,
  );
}

/** @throws CONFIG_INVALID where a batch is not made of whole micro-batches */
export function requireWholeBatches(config: TrainingConfig): TrainingConfig {
  if (config.batchSize % config.microBatchSize === 0) return config;
  throw new PneumoscopeError(
    "CONFIG_INVALID",
    `batchSize ${config.batchSize} is not a multiple of microBatchSize ${config.microBatchSize}.`,
  );
}

function replace(config: object, override: string): void {
  const [, key, text] = /^([A-Za-z.]+)=(.*)$/s.exec(override) ?? [];
  if (key === undefined || text === undefined) {
    throw new PneumoscopeError("CONFIG_INVALID", `“${override}” is not of the form key=value.`);
  }
  const path = key.split(".");
  const last = path.pop() ?? "";
  let target = config as Record<string, unknown>;
  for (const part of path)
    target = Object.hasOwn(target, part) ? (target[part] as Record<string, unknown>) : {};
  if (typeof target !== "object" || target === null || !Object.hasOwn(target, last)) {
    throw new PneumoscopeError(
      "CONFIG_INVALID",
      `There is no training value “${key}”. See lib/training/config.ts.`,
    );
  }
  target[last] = parseValue(text);
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
