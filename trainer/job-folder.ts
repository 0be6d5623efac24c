import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writeFileAtomic } from "@/lib/node/write-file";
import { type JobStatus, jobStatusSchema, trainerJobSchema } from "@/lib/training/job";

const jobRecordSchema = z.object({
  job: trainerJobSchema,
  status: jobStatusSchema,
  /** Position in the queue: jobs run in the order in which they were first asked for. */
  queuedAt: z.iso.datetime(),
  callbackDelivered: z.boolean(),
  /** Null before the end, and in records from before they had it. */
  endedAt: z.iso.datetime().nullable().default(null),
});
export type JobRecord = z.infer<typeof jobRecordSchema>;

export const finalStates: ReadonlySet<JobStatus["state"]> = new Set(["succeeded", "failed", "cancelled"]);

/** The jobs of one trainer on disk: `<folder>/<jobId>/job.json` beside the job's checkpoints. */
export interface JobFolder {
  /** Where a job keeps its checkpoints. */
  directoryOf(jobId: string): string;
  /** Removes what was half-written. Every readable job, oldest first, and the ids of those whose file cannot be read. */
  load(): Promise<{ records: JobRecord[]; unreadable: string[] }>;
  save(record: JobRecord): Promise<void>;
  /** What a job keeps beside its record. */
  checkpointBytes(jobId: string): Promise<number>;
  /** Removes it; the record stays. */
  removeCheckpoint(jobId: string): Promise<void>;
  /** Removes the record and all beside it. */
  remove(jobId: string): Promise<void>;
}

const recordName = "job.json";

export function createJobFolder(folder: string): JobFolder {
  const pending = new Map<string, Promise<void>>();
  const directoryOf = (jobId: string) => join(folder, jobId);
  const checkpointsOf = async (jobId: string) =>
    (await readdir(directoryOf(jobId)).catch(() => []))
      .filter((name) => name !== recordName)
      .map((name) => join(directoryOf(jobId), name));

  /** One after the other, so that a job which is removed and asked for again stays. */
  function inTurn(jobId: string, work: () => Promise<void>): Promise<void> {
    const done = (pending.get(jobId) ?? Promise.resolve()).catch(() => undefined).then(work);
    pending.set(jobId, done);
    return done;
  }

  return {
    directoryOf,
    async load() {
      await mkdir(folder, { recursive: true });
      const names = (await readdir(folder, { withFileTypes: true }))
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name);
      const loaded = await Promise.all(
        names.map(async (name) => {
          await removeHalfWritten(directoryOf(name));
          return { name, record: await readRecord(directoryOf(name)) };
        }),
      );
      const records = loaded.flatMap(({ record }) => (record ? [record] : []));
      records.sort((a, b) => a.queuedAt.localeCompare(b.queuedAt));
      return { records, unreadable: loaded.filter(({ record }) => !record).map(({ name }) => name) };
    },
    save(record) {
      const text = `${JSON.stringify(record, null, 2)}\n`;
      const { jobId } = record.job;
      return inTurn(jobId, () =>
        writeFileAtomic(join(directoryOf(jobId), recordName), text, { mode: 0o600 }),
      );
    },
    async checkpointBytes(jobId) {
      const files = await Promise.all((await checkpointsOf(jobId)).map((file) => stat(file)));
      return files.reduce((sum, { size }) => sum + size, 0);
    },
    async removeCheckpoint(jobId) {
      for (const file of await checkpointsOf(jobId)) await rm(file, { force: true });
    },
    remove: (jobId) => inTurn(jobId, () => rm(directoryOf(jobId), { recursive: true, force: true })),
  };
}

/** What a killed process of this trainer was writing: a checkpoint can be large, and nobody would ever remove it. */
async function removeHalfWritten(directory: string): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) {
    if (name.startsWith(".") && name.endsWith(".tmp")) await rm(join(directory, name), { force: true });
  }
}

async function readRecord(directory: string): Promise<JobRecord | null> {
  try {
    const parsed = jobRecordSchema.safeParse(JSON.parse(await readFile(join(directory, recordName), "utf8")));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
