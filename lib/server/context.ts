import type { ArtifactStore } from "@/lib/artifacts/store";
import { type ConnectedDatabase, connectDatabase } from "@/lib/node/connect-database";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import { trainerSecret } from "@/lib/node/secrets";
import { trainerUrl } from "./env";
import { createTrainerClient, type TrainerClient } from "./trainer-client";

/** What the web process's routes work with. */
export interface ServerContext {
  store: ArtifactStore;
  /** Connects on first use, and again after a failure. @throws DATABASE_UNAVAILABLE */
  database(): Promise<ConnectedDatabase>;
  trainer(): Promise<TrainerClient>;
}

// Next bundles this module into several routes; the connection must be one.
const shared = globalThis as typeof globalThis & { pneumoscopeDatabase?: Promise<ConnectedDatabase> };

export function serverContext(): ServerContext {
  return { store: localArtifactStore(), database: sharedDatabase, trainer: currentTrainer };
}

function sharedDatabase(): Promise<ConnectedDatabase> {
  shared.pneumoscopeDatabase ??= connectDatabase().catch((error: unknown) => {
    delete shared.pneumoscopeDatabase;
    throw error;
  });
  return shared.pneumoscopeDatabase;
}

/** Ends the web process's use of the database. */
export async function closeSharedDatabase(): Promise<void> {
  const database = await shared.pneumoscopeDatabase?.catch(() => undefined);
  delete shared.pneumoscopeDatabase;
  await database?.close();
}

/** Looks for the trainer at each call: one that was started again may listen on another port. */
export async function currentTrainer(): Promise<TrainerClient> {
  const secret = await trainerSecret();
  const found = async () => createTrainerClient({ baseUrl: await trainerUrl(), secret });
  return {
    start: async (job) => (await found()).start(job),
    status: async (jobId) => (await found()).status(jobId),
    async *events(jobId, signal) {
      yield* (await found()).events(jobId, signal);
    },
    cancel: async (jobId) => (await found()).cancel(jobId),
    checkpoints: async () => (await found()).checkpoints(),
    removeCheckpoint: async (jobId) => (await found()).removeCheckpoint(jobId),
    health: async () => (await found()).health(),
  };
}
