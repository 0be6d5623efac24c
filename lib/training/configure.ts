import { PneumoscopeError } from "@/lib/errors";
import { type TrainingConfig, trainingConfigSchema } from "@/lib/training/config";
import { baseline } from "./presets/baseline";
import { daily } from "./presets/daily";
import { demo } from "./presets/demo";
import { full } from "./presets/full";

export const presets: Record<string, TrainingConfig> = { demo, daily, full, baseline };

/**
 * A preset with values changed, each written as `key=value`; nested ones as `augmentation.noise=5`.
 * @throws CONFIG_INVALID naming the preset, the key or the rule
 */
export function configure(preset: string, overrides: readonly string[] = []): TrainingConfig {
  const base = presets[preset];
  if (!base) {
    throw new PneumoscopeError(
      "CONFIG_INVALID",
      `There is no preset ${preset}; use ${Object.keys(presets).join(", ")}.`,
    );
  }
  const config: Record<string, unknown> = structuredClone(base);
  for (const override of overrides) applyOverride(config, override);
  const checked = trainingConfigSchema.safeParse(config);
  if (checked.success) return requireWholeBatches(checked.data);
  const [issue] = checked.error.issues;
  throw new PneumoscopeError(
    "CONFIG_INVALID",
    `Training configuration: ${issue?.path.join(".")}: ${issue?.message}.`,
  );
}

function applyOverride(config: Record<string, unknown>, override: string): void {
  const [path, ...rest] = override.split("=");
  const text = rest.join("=");
  const keys = (path ?? "").split(".");
  const last = keys.pop() as string;
  let target = config;
  for (const key of keys) target = (target[key] ?? {}) as Record<string, unknown>;
  if (!text || !(last in target)) {
    throw new PneumoscopeError(
      "CONFIG_INVALID",
      `${override}: write key=value with a key of ${Object.keys(config).join(", ")}.`,
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

function requireWholeBatches(config: TrainingConfig): TrainingConfig {
  if (config.batchSize % config.microBatchSize === 0) return config;
  throw new PneumoscopeError(
    "CONFIG_INVALID",
    `batchSize ${config.batchSize} is not a multiple of microBatchSize ${config.microBatchSize}.`,
  );
}
