import { describeError, PneumoscopeError } from "@/lib/errors";

export interface StepRecord {
  step: number;
  title: string;
  ok: boolean;
  durationMs: number;
  /** What came of it, for a machine. */
  facts: Record<string, unknown>;
  problem?: string;
}

/** A step did not come out as the story tells it. */
export class StoryBroken extends Error {
  override name = "StoryBroken";
}

/** @throws StoryBroken unless the outcome is the expected one */
export function expectOutcome(isAsTold: boolean, otherwise: string): asserts isAsTold {
  if (!isAsTold) throw new StoryBroken(otherwise);
}

export interface Narrator {
  steps: StepRecord[];
  say(line?: string): void;
  /** A line of something else's output. */
  echo(line: string): void;
  /** One step of the story with its duration. What the body adds to `facts` is in the record. */
  step<T>(title: string, body: (facts: StepRecord["facts"]) => Promise<T>): Promise<T>;
}

/** @param write where a person reads; stderr where stdout is for a machine */
export function createNarrator(write: (text: string) => void): Narrator {
  const steps: StepRecord[] = [];
  const say = (line = "") => write(line === "" ? "\n" : `   ${line}\n`);
  return {
    steps,
    say,
    echo: (line) => write(`     | ${line}\n`),
    async step(title, body) {
      const startMs = performance.now();
      const record: StepRecord = { step: steps.length + 1, title, ok: false, durationMs: 0, facts: {} };
      steps.push(record);
      write(`\n${record.step}. ${title}\n`);
      try {
        const value = await body(record.facts);
        record.ok = true;
        return value;
      } catch (error) {
        record.problem =
          error instanceof PneumoscopeError ? `${error.code}: ${error.message}` : describeError(error);
        throw error;
      } finally {
        record.durationMs = Math.round(performance.now() - startMs);
        say(`(${duration(record.durationMs)})`);
      }
    },
  };
}

export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
