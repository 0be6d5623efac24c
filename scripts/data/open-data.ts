import type { Database } from "@/drizzle/client";
import type { DatasetVersion } from "@/drizzle/schema";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import type { DataRemote } from "@/lib/dvc/remote";
import { PneumoscopeError } from "@/lib/errors";
import { connectDatabase } from "@/lib/node/connect-database";
import { openRemote } from "@/lib/node/data-remotes/open-remote";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import type { ImportedSource } from "@/lib/server/dataset-versions/import-source";
import { findDatasetVersion, makeCurrent, recordDatasetVersion } from "@/lib/server/dataset-versions/record";
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

export interface VersionReport {
  version: Digest;
  images: number;
  patients: number;
  splits: DatasetVersion["splits"];
  newImages: number;
  badFiles: DatasetVersion["badFiles"];
  dvcMd5: string | null;
  isCurrent: boolean;
}

/** Enters an imported version into the record, and makes it current unless told not to. */
export async function enterVersion(
  db: Database,
  { listing, listingDigest, badFiles, newImages, dvcMd5 }: ImportedSource,
  { source, current, actor }: { source: string; current: boolean; actor: string },
): Promise<VersionReport> {
  await recordDatasetVersion(db, { digest: listingDigest, listing, badFiles, source, dvcMd5 });
  if (current) await makeCurrent(db, listingDigest, actor);
  const row = await findDatasetVersion(db, listingDigest);
  if (!row) throw new Error(`Dataset version ${listingDigest} vanished.`);
  const { images, patients, splits } = row;
  return {
    version: listingDigest,
    images,
    patients,
    splits,
    newImages,
    badFiles,
    dvcMd5,
    isCurrent: current,
  };
}

/** A version in a few lines. */
export function describeVersion(report: VersionReport): string {
  const { train, validation, test } = report.splits;
  const lines = [
    `${report.version}${report.isCurrent ? " (current)" : ""}`,
    `${report.images} images of ${report.patients} patients, ${report.newImages} images new here`,
    `patients: ${train.patients} train, ${validation.patients} validation, ${test.patients} test`,
    ...report.badFiles.map((file) => `left out: ${file.path}: ${file.reason}`),
  ];
  return lines.join("\n");
}

export function print(json: boolean | undefined, value: unknown, text: string): void {
  process.stdout.write(`${json ? JSON.stringify(value) : text}\n`);
}
