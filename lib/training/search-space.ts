import { z } from "zod";
import { PneumoscopeError } from "@/lib/errors";
import { createRandom, type Random } from "@/lib/random";
import type { TrainingConfig } from "./config";
import { trainingConfig, trainingConfigFrom } from "./training-config";

const range = z.tuple([z.number(), z.number()]);
const steps = z.int().min(2).max(50).optional().describe("points of a grid, ends included; 3 where absent");

/** What one value of a configuration may be. */
const choiceSchema = z.union([
  z.strictObject({ values: z.array(z.unknown()).min(1) }),
  z.strictObject({ uniform: range, steps }),
  z.strictObject({ logUniform: range, steps }),
  z.strictObject({ integers: range }),
]);
type Choice = z.infer<typeof choiceSchema>;

/** Where a search looks: a preset, values replaced in all trials, and the values that vary. Keys as in --set. */
export const searchSpaceSchema = z.strictObject({
  preset: z.string().default("daily"),
  set: z.array(z.string()).default([]).describe("“key=value” of every trial"),
  vary: z.record(z.string(), choiceSchema),
});
export type SearchSpace = z.infer<typeof searchSpaceSchema>;

export interface Candidate {
  /** What varies, by key. */
  values: Record<string, unknown>;
  config: TrainingConfig;
}

/** Curves are compared epoch by epoch, which needs as many of them in every trial. */
const fixedKeys = ["epochs", "preset"];

/** @throws CONFIG_INVALID naming the key or the rule */
export function parseSearchSpace(value: unknown): SearchSpace {
  const parsed = searchSpaceSchema.safeParse(value);
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error));
  const entries = Object.entries(parsed.data.vary);
  if (entries.length === 0) throw invalid("“vary” names no value");
  for (const [key, choice] of entries) {
    if (fixedKeys.includes(key)) throw invalid(`“${key}” is the same in every trial; give it under “set”`);
    requireRange(key, choice);
    // Fails for a key that there is not.
    candidate(parsed.data, { [key]: gridOf(choice)[0] });
  }
  return parsed.data;
}

function requireRange(key: string, choice: Choice): void {
  if ("values" in choice) return;
  const [low, high] =
    "uniform" in choice ? choice.uniform : "logUniform" in choice ? choice.logUniform : choice.integers;
  if (!(low < high)) throw invalid(`“${key}”: ${low} is not below ${high}`);
  if ("logUniform" in choice && low <= 0) throw invalid(`“${key}”: a logarithmic range begins above 0`);
  if ("integers" in choice && !(Number.isInteger(low) && Number.isInteger(high)))
    throw invalid(`“${key}”: ${low} and ${high} are not whole numbers`);
}

function invalid(reason: string): PneumoscopeError {
  return new PneumoscopeError("CONFIG_INVALID", `The search space is not valid: ${reason}.`);
}

/** Every combination, the last key varying fastest. */
export function gridCandidates(space: SearchSpace): Candidate[] {
  let combinations: Record<string, unknown>[] = [{}];
  for (const [key, choice] of Object.entries(space.vary)) {
    combinations = combinations.flatMap((values) =>
      gridOf(choice).map((value) => ({ ...values, [key]: value })),
    );
  }
  return combinations.map((values) => candidate(space, values));
}

function gridOf(choice: Choice): unknown[] {
  if ("values" in choice) return choice.values;
  if ("integers" in choice) {
    const [low, high] = choice.integers;
    return Array.from({ length: high - low + 1 }, (_, i) => low + i);
  }
  const count = choice.steps ?? 3;
  const share = (i: number) => i / (count - 1);
  return Array.from({ length: count }, (_, i) => at(choice, share(i)));
}

/** The n-th of a random search (Bergstra and Bengio, JMLR 13, 2012): the same whatever other trials there are. */
export function randomCandidate(space: SearchSpace, seed: number, trial: number): Candidate {
  const random = createRandom(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(trial, 0x85ebca6b));
  const values = Object.entries(space.vary).map(([key, choice]) => [key, draw(choice, random)] as const);
  return candidate(space, Object.fromEntries(values));
}

function draw(choice: Choice, random: Random): unknown {
  if ("values" in choice) return choice.values[random.int(choice.values.length)];
  if ("integers" in choice)
    return choice.integers[0] + random.int(choice.integers[1] - choice.integers[0] + 1);
  return at(choice, random.next());
}

/** Rounded to three digits, so that a table shows what was trained. */
function at(choice: Extract<Choice, { steps?: unknown }>, share: number): number {
  const [low, high] = "uniform" in choice ? choice.uniform : choice.logUniform;
  const value = "uniform" in choice ? low + share * (high - low) : low * (high / low) ** share;
  return Number(value.toPrecision(3));
}

function candidate(space: SearchSpace, values: Record<string, unknown>): Candidate {
  const replaced = Object.entries(values).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return { values, config: trainingConfigFrom(trainingConfig(space.preset, space.set), replaced) };
}
