import { rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, inject } from "vitest";
import { generateSigningKey, type SigningKey } from "@/lib/manifest";
import { type ConnectedDatabase, connectDatabase } from "@/lib/node/connect-database";
import { folderArtifactStore } from "@/lib/node/folder-artifact-store";
import { manifestSigningKey } from "@/lib/node/secrets";
import { evenPatients, writeBaseline, writeDataset } from "./installation-files";
import { databaseUrl, onServer } from "./test-server";

export interface TestDeployment {
  folder: string;
  database: ConnectedDatabase;
  db: ConnectedDatabase["db"];
  store: ReturnType<typeof folderArtifactStore>;
  releaseKey: SigningKey;
  signingKey: SigningKey;
  /** A folder with an image of each of its patients. */
  dataset: string;
  /** Removes its database and its folder. */
  end(): Promise<void>;
}

interface Choice {
  /** Of the champion that comes with the installation; see fake-work. */
  baselineSkill?: number;
  /** In its data set; without it, 24 on each side of the split. */
  patients?: readonly number[];
}

/**
 * Gives a test file new installations: one for each test, or one for the whole file. They end after the file's own
 * `afterEach` and `afterAll`, where those are registered later.
 */
export function withDeployment(
  per: "test" | "file",
  choice: Choice,
  ready: (deployment: TestDeployment) => void | Promise<void>,
): void {
  let made: TestDeployment | undefined;
  const create = async () => {
    made = await createTestDeployment(choice);
    await ready(made);
  };
  const end = async () => {
    await made?.end();
    made = undefined;
  };
  if (per === "test") {
    beforeEach(create);
    afterEach(end);
  } else {
    beforeAll(create);
    afterAll(end);
  }
}

let serial = 0;

/** A new installation with a database and a data folder of its own: empty record, baseline on disk, nothing published. */
export async function createTestDeployment({
  baselineSkill = 0.02,
  patients = evenPatients(12),
}: Choice = {}): Promise<TestDeployment> {
  const server = inject("testServer");
  const name = `deployment_${process.pid}_${++serial}`;
  const folder = path.join(server.folder, name);
  await onServer(server.url, `create database ${name} template ${server.template}`);
  process.env.PNEUMOSCOPE_DATA_DIR = path.join(folder, "data");
  process.env.PNEUMOSCOPE_BASELINE_DIR = path.join(folder, "baseline");
  process.env.DATABASE_URL = databaseUrl(server.url, name);
  const database = await connectDatabase();
  const releaseKey = generateSigningKey();
  await writeBaseline(path.join(folder, "baseline"), releaseKey, baselineSkill);
  const dataset = path.join(folder, "dataset");
  if (patients.length > 0) await writeDataset(dataset, patients);
  return {
    folder,
    database,
    db: database.db,
    store: folderArtifactStore(path.join(folder, "data", "artifacts")),
    releaseKey,
    signingKey: await manifestSigningKey(),
    dataset,
    end: async () => {
      await database.close();
      await onServer(server.url, `drop database if exists ${name} with (force)`);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
