import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import postgres from "postgres";
import type { Database } from "@/drizzle/client";
import { imageMeasures } from "@/drizzle/schema";
import { measuredSize, measureImage, measuresSchemaVersion } from "@/lib/dataset-report/image-measures";
import { digestOf, generateSigningKey, type SigningKey, signManifest } from "@/lib/manifest";
import { exampleManifest } from "@/lib/manifest/manifest.fixture";
import { type ConnectedDatabase, connectDatabase } from "@/lib/node/connect-database";
import { type EmbeddedPostgres, openEmbeddedPostgres } from "@/lib/node/embedded-postgres";
import { folderArtifactStore } from "@/lib/node/folder-artifact-store";
import { manifestSigningKey } from "@/lib/node/secrets";
import { createRandom } from "@/lib/random";
import { encodePng } from "@/lib/testing/encode-png";
import { imageToModelGray } from "@/lib/xray/model-gray";
import { fakeWeights } from "./fake-work";

/** One database server for a test file; each deployment in it has a database and a data folder of its own. */
export async function startTestServer(): Promise<EmbeddedPostgres & { folder: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), "deployment-"));
  process.env.PNEUMOSCOPE_DATA_DIR = path.join(folder, "server");
  const server = await openEmbeddedPostgres();
  const release = async () => {
    await server.release();
    await rm(folder, { recursive: true, force: true });
  };
  return { ...server, folder, release };
}

export interface TestDeployment {
  folder: string;
  database: ConnectedDatabase;
  db: ConnectedDatabase["db"];
  store: ReturnType<typeof folderArtifactStore>;
  releaseKey: SigningKey;
  signingKey: SigningKey;
  /** A folder with images of so many patients, half of each class. */
  dataset: string;
  close(): Promise<void>;
}

let serial = 0;

/** A new installation: empty record, baseline on disk, nothing published. */
export async function createTestDeployment(
  server: { url: string; folder: string },
  { baselineSkill = 0.02, patients = 200 } = {},
): Promise<TestDeployment> {
  const name = `deployment_${++serial}`;
  const folder = path.join(server.folder, name);
  const admin = postgres(server.url, { max: 1, onnotice: () => undefined });
  await admin.unsafe(`create database ${name}`);
  await admin.end();
  process.env.PNEUMOSCOPE_DATA_DIR = path.join(folder, "data");
  process.env.PNEUMOSCOPE_BASELINE_DIR = path.join(folder, "baseline");
  process.env.DATABASE_URL = server.url.replace(/\/[^/]*$/, `/${name}`);
  const database = await connectDatabase();
  const releaseKey = generateSigningKey();
  await writeBaseline(path.join(folder, "baseline"), releaseKey, baselineSkill);
  const dataset = path.join(folder, "dataset");
  if (patients > 0) {
    await writeDataset(dataset, patients);
    await knowMeasures(database.db, patients);
  }
  return {
    folder,
    database,
    db: database.db,
    store: folderArtifactStore(path.join(folder, "data", "artifacts")),
    releaseKey,
    signingKey: await manifestSigningKey(),
    dataset,
    close: database.close,
  };
}

export async function writeBaseline(
  folder: string,
  releaseKey: SigningKey,
  skill: number,
  changes: { serial?: number; version?: string } = {},
): Promise<void> {
  const weights = fakeWeights(skill, "baseline");
  const digest = await digestOf(weights);
  const {
    previousVersion: _previous,
    restoresVersion: _restores,
    ...manifest
  } = exampleManifest({
    version: "v1",
    serial: 1,
    calibration: { temperature: 1 },
    threshold: { probability: 0.5, targetSensitivity: 0.95, chosenOn: "validation patients" },
    weights: {
      digest,
      sizeBytes: weights.byteLength,
      format: "safetensors-fp16",
      url: "/models/baseline/model.safetensors",
    },
    ...changes,
  });
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "model.safetensors"), weights);
  await writeFile(
    path.join(folder, "manifest.json"),
    JSON.stringify(signManifest(manifest, releaseKey), null, 2),
  );
  const { keyId, publicKey } = releaseKey;
  await writeFile(path.join(folder, "release-key.json"), JSON.stringify({ keyId, publicKey }));
}

/** Small distinct pictures, one per patient, named as the public data set names them. */
export async function writeDataset(folder: string, patients: number, first = 1): Promise<void> {
  for (const className of ["NORMAL", "PNEUMONIA"])
    await mkdir(path.join(folder, className), { recursive: true });
  for (let index = first; index < first + patients; index++) {
    const isPneumonia = index % 2 === 0;
    const file = isPneumonia ? `PNEUMONIA/person${index}_virus_${index}.png` : `NORMAL/IM-${index}-0001.png`;
    await writeFile(path.join(folder, file), patientPicture(index));
  }
}

function patientPicture(index: number): Uint8Array {
  const random = createRandom(index);
  return encodePng({ width: 8, height: 8, data: Float32Array.from({ length: 64 }, () => random.int(256)) });
}

const measured = new Map<number, Promise<typeof imageMeasures.$inferInsert>>();

/** A second of arithmetic that every deployment of a test file would repeat: measured once, as on another day. */
async function knowMeasures(db: Database, patients: number): Promise<void> {
  const indexes = Array.from({ length: patients }, (_, index) => index + 1);
  const rows = indexes.map((index) => {
    const row = measured.get(index) ?? measurePicture(patientPicture(index));
    measured.set(index, row);
    return row;
  });
  await db.insert(imageMeasures).values(await Promise.all(rows));
}

async function measurePicture(png: Uint8Array): Promise<typeof imageMeasures.$inferInsert> {
  const gray = await imageToModelGray(png, measuredSize);
  return {
    digest: await digestOf(png),
    schemaVersion: measuresSchemaVersion,
    measures: measureImage(gray, { rows: 8, columns: 8 }),
  };
}
