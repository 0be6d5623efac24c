import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { PneumoscopeError } from "@/lib/errors";
import type { TrainingConfig } from "@/lib/training/config";
import { presetNames, trainingConfig, trainingConfigFrom } from "@/lib/training/training-config";
import { resolveTyped } from "../cli/project-folder";

export interface ConfigOptions {
  preset: string;
  config?: string;
  set: string[];
}

/** The options by which every training command is told how to train. */
export function withConfigOptions(command: Command): Command {
  return command
    .option("--preset <name>", `training preset: ${presetNames.join(", ")}`, "daily")
    .option("--config <file>", "a whole configuration as JSON instead, as npm run search prints it")
    .option("--set <key=value...>", "replaces values, e.g. --set epochs=1 augmentation.noise=0", []);
}

/** @throws CONFIG_INVALID naming the preset, the file or the key; FILE_NOT_FOUND */
export async function readConfig({ preset, config: file, set }: ConfigOptions): Promise<TrainingConfig> {
  if (!file) return trainingConfig(preset, set);
  return trainingConfigFrom(await readJson(resolveTyped(file)), set);
}

/** @throws FILE_NOT_FOUND, CONFIG_INVALID where the file is not JSON */
export async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, "utf8").catch((cause) => {
    throw new PneumoscopeError("FILE_NOT_FOUND", `${file} cannot be read.`, { cause });
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PneumoscopeError("CONFIG_INVALID", `${file} is not JSON.`, { cause });
  }
}
