import { type ChildProcess, fork } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { InvalidArgumentError, Option } from "commander";
import { makeValidArchives, tryArchive } from "@/lib/archive/fuzz.fixture";
import {
  type FuzzFile,
  type FuzzOutcome,
  makeValidFiles,
  mutatedFile,
  tryFile,
} from "@/lib/xray/dicom/fuzz.fixture";
import { makeValidPictures } from "@/lib/xray/pictures.fixture";
import { progressLine } from "./cli/progress";
import { resolveTyped } from "./cli/project-folder";
import { newCommand, runCommand } from "./cli/run-command";

interface Answer extends FuzzOutcome {
  index: number;
  peakMb: number;
}

const mostMb = 512;

/** What is changed and how it is read. Archives are read with all that is in them. */
const subjects = {
  dicom: { make: () => makeValidFiles(), read: tryFile },
  pictures: { make: async () => makeValidPictures(), read: tryFile },
  archives: { make: makeValidArchives, read: tryArchive },
};
type Subject = keyof typeof subjects;
const subjectNames = Object.keys(subjects) as Subject[];

if (process.send) await serve();
else await main();

/** The child: makes the file with this number and reads it, one at a time. */
async function serve(): Promise<void> {
  const seed = Number(process.argv[2]);
  const { make, read } = subjects[process.argv[3] as Subject];
  const files = await make();
  process.on("message", async (index: number) => {
    const outcome = await read(mutatedFile(files, seed, index));
    process.send?.({ ...outcome, index, peakMb: process.resourceUsage().maxRSS / 1024 } satisfies Answer);
  });
  process.on("disconnect", () => process.exit());
  process.send?.({ ready: true });
}

async function main(): Promise<void> {
  const command = newCommand("fuzz", "Change valid files at random and read them, each within a time limit.")
    .addOption(new Option("--of <what>", "which files").choices(subjectNames).default("dicom"))
    .option("--count <n>", "how many files", wholeNumber, 10_000)
    .option("--seed <n>", "the same seed gives the same files", wholeNumber, 1)
    .option("--limit <ms>", "time for one file", wholeNumber, 5_000)
    .option("--only <index>", "read this one file again and show what happens", wholeNumber)
    .option("--save <file>", "with --only: write the file here")
    .option("--json", "print one JSON object")
    .parse();
  const options = command.opts<Options>();
  await runCommand(() => (options.only === undefined ? fuzz(options) : showOne(options, options.only)));
}

interface Options {
  of: Subject;
  count: number;
  seed: number;
  limit: number;
  only?: number;
  save?: string;
  json?: boolean;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

async function showOne({ of, seed, save }: Options, index: number): Promise<number> {
  const { make, read } = subjects[of];
  const file: FuzzFile = mutatedFile(await make(), seed, index);
  if (save) writeFileSync(resolveTyped(save), file.bytes);
  const { outcome, message, durationMs } = await read(file);
  process.stdout.write(`${file.from}\n${outcome} after ${durationMs.toFixed(0)} ms\n${message}\n`);
  return outcome === "defect" ? 1 : 0;
}

async function fuzz({ of, count, seed, limit, json }: Options): Promise<number> {
  if (count === 0) return 0;
  const progress = progressLine();
  const answers: Answer[] = [];
  let child = await startChild(seed, of);
  for (let index = 0; index < count; index++) {
    const answer = await ask(child, index, limit);
    answers.push(answer);
    if (answer.outcome === "hang" || answer.outcome === "crash") {
      child.kill("SIGKILL");
      child = await startChild(seed, of);
    }
    if (index % 50 === 0)
      progress.update(`${index} of ${count} files, peak ${Math.round(answer.peakMb)} MiB`);
  }
  child.disconnect();
  progress.done();
  return report(answers, json === true);
}

/** Its own process, so that a hang or a crash ends that and not the count. */
function startChild(seed: number, of: Subject): Promise<ChildProcess> {
  const child = fork(fileURLToPath(import.meta.url), [String(seed), of], {
    cwd: path.dirname(path.dirname(fileURLToPath(import.meta.url))),
    execArgv: ["--import", "tsx"],
  });
  return new Promise((resolve, reject) => {
    child.once("message", () => resolve(child));
    child.once("exit", (code) => reject(new Error(`the reading process ended with ${code} before it began`)));
  });
}

function ask(child: ChildProcess, index: number, limitMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    const ended = (outcome: string) =>
      settle({ index, from: "", outcome, message: "", durationMs: limitMs, peakMb: 0 });
    const timer = setTimeout(() => ended("hang"), limitMs);
    const onExit = () => ended("crash");
    const settle = (answer: Answer) => {
      clearTimeout(timer);
      child.off("message", settle);
      child.off("exit", onExit);
      resolve(answer);
    };
    child.on("message", settle);
    child.on("exit", onExit);
    child.send(index);
  });
}

function report(answers: Answer[], json: boolean): number {
  const outcomes: Record<string, number> = {};
  for (const { outcome } of answers) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  const peakMb = Math.round(answers.reduce((most, answer) => Math.max(most, answer.peakMb), 0));
  const slowest = answers.reduce((a, b) => (b.durationMs > a.durationMs ? b : a), answers[0] as Answer);
  const bad = answers.filter(({ outcome }) => ["defect", "hang", "crash"].includes(outcome));
  const summary = {
    files: answers.length,
    outcomes,
    slowestMs: Math.round(slowest.durationMs),
    slowestIndex: slowest.index,
    peakMb,
    bad: bad.map(({ index, from, outcome, message }) => ({
      index,
      from,
      outcome,
      message: message.split("\n")[0],
    })),
  };
  if (json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  else process.stdout.write(summaryText(summary));
  return bad.length > 0 || peakMb > mostMb ? 1 : 0;
}

function summaryText(summary: {
  files: number;
  outcomes: Record<string, number>;
  slowestMs: number;
  slowestIndex: number;
  peakMb: number;
  bad: { index: number; from: string; outcome: string; message?: string | undefined }[];
}): string {
  const counted = Object.entries(summary.outcomes).sort(([, a], [, b]) => b - a);
  return [
    `${summary.files} files`,
    ...counted.map(([outcome, count]) => `  ${String(count).padStart(6)} ${outcome}`),
    `slowest ${summary.slowestMs} ms (file ${summary.slowestIndex}), peak memory ${summary.peakMb} MiB of ${mostMb}`,
    ...summary.bad
      .slice(0, 20)
      .map(({ index, from, outcome, message }) => `${outcome} ${index} ${from} ${message}`),
    "",
  ].join("\n");
}
