import type { Command } from "commander";
import type { Database } from "@/drizzle/client";
import type { ArtifactStore } from "@/lib/artifacts/store";
import type { DataRemote } from "@/lib/dvc/remote";
import { PneumoscopeError } from "@/lib/errors";
import { connectDatabase } from "@/lib/node/connect-database";
import { openRemote } from "@/lib/node/data-remotes/open-remote";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import {
  type EnterOptions,
  enterVersion,
  type VersionReport,
} from "@/lib/server/dataset-versions/enter-version";
import type { ImportedSource } from "@/lib/server/dataset-versions/import-source";
import type { OnProgress } from "@/lib/server/dataset-versions/measure-images";
import { readServerEnv } from "@/lib/server/env";
import { type ProgressLine, progressLine } from "../cli/progress";
import { enterProjectFolder, resolveTyped } from "../cli/project-folder";
import { runCommand } from "../cli/run-command";

/** What a subcommand of `npm run data` works with. */
export interface DataContext {
  db: Database;
  store: ArtifactStore;
  progress: ProgressLine;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
}

const interruptedExitCode = 130;

/** Runs a subcommand with record and store open. Ctrl-C ends it between two files; a second one at once. */
export async function withData(body: (context: DataContext) => Promise<unknown>): Promise<void> {
  enterProjectFolder();
  const interrupt = new AbortController();
  const stop = () => {
    if (interrupt.signal.aborted) process.exit(interruptedExitCode);
    interrupt.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  await runCommand(() => withRecord(body, interrupt.signal));
  process.off("SIGINT", stop);
  process.off("SIGTERM", stop);
}

async function withRecord(
  body: (context: DataContext) => Promise<unknown>,
  signal: AbortSignal,
): Promise<unknown> {
  const progress = progressLine();
  const database = await connectDatabase();
  try {
    return await body({ db: database.db, store: localArtifactStore(), progress, signal });
  } catch (error) {
    progress.done();
    if (!signal.aborted) throw error;
    process.stderr.write("Interrupted. What was read is kept; the same command goes on from there.\n");
    return interruptedExitCode;
  } finally {
    await database.close();
  }
}

/** The remote that was named, else DATA_REMOTE. @throws CONFIG_INVALID */
export function requireRemote(named: string | undefined): DataRemote {
  const address = remoteAddress(named);
  if (address) return openRemote(address);
  throw new PneumoscopeError(
    "CONFIG_INVALID",
    "No remote is named. Give --remote FOLDER, s3://BUCKET/PREFIX or https://HOST/PATH, or set DATA_REMOTE.",
  );
}

export function remoteAddress(named: string | undefined): string | undefined {
  const address = named ?? readServerEnv().dataRemote;
  return address === undefined || /^[a-z0-9]+:\/\//i.test(address) ? address : resolveTyped(address);
}

/** Adds what every command that makes a version has to say about the current one. */
export function withCurrentOptions(command: Command): Command {
  return command
    .option("--no-current", "leave the current version, to which the inbox adds, as it is")
    .option("--without-check", "make it current without looking at it first; the audit trail says so");
}

export interface CurrentOptions {
  current: boolean;
  withoutCheck?: boolean;
}

function currentOf({ current, withoutCheck }: CurrentOptions): EnterOptions["current"] {
  if (!current) return "no";
  return withoutCheck ? "unchecked" : "checked";
}

/** Enters an imported version as a command's options say, with the measuring shown. */
export async function enterImported(
  { db, store, progress, signal }: DataContext,
  imported: ImportedSource,
  { current, ...options }: Pick<EnterOptions, "source" | "actor"> & { current: CurrentOptions },
): Promise<VersionReport> {
  const onProgress = showMeasuring(progress, signal);
  const report = await enterVersion({ db, store, onProgress }, imported, {
    ...options,
    current: currentOf(current),
  });
  progress.done();
  return report;
}

/** Progress on stderr, and the place where Ctrl-C ends the measuring. */
export function showMeasuring(progress: ProgressLine, signal: AbortSignal): OnProgress {
  return ({ done, total }) => {
    signal.throwIfAborted();
    progress.update(`measured ${done} of ${total} images`);
  };
}

/** 1 where a version was made that its check keeps from becoming current. */
export function exitCodeOf({ check }: VersionReport): number {
  return check === "failed" ? 1 : 0;
}

/** A version in a few lines. */
export function describeVersion(report: VersionReport): string {
  const { train, validation, test } = report.splits;
  const lines = [
    `${report.version}${report.isCurrent ? " (current)" : ""}`,
    `${report.images} images of ${report.patients} patients, ${report.newImages} images new here`,
    `patients: ${train.patients} train, ${validation.patients} validation, ${test.patients} test`,
    ...(report.check === null ? [] : [checkLine(report)]),
    ...report.badFiles.map((file) => `left out: ${file.path}: ${file.reason}`),
  ];
  return lines.join("\n");
}

function checkLine({ check, version }: VersionReport): string {
  const how = `“npm run data -- report ${version.slice(7, 19)}” says what was found`;
  if (check === "failed") return `check: failed, so the current version stays as it was; ${how}`;
  return check === "warnings" ? `check: passed with warnings; ${how}` : "check: passed";
}

export function print(json: boolean | undefined, value: unknown, text: string): void {
  process.stdout.write(`${json ? JSON.stringify(value) : text}\n`);
}
