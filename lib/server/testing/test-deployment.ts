import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import postgres from "postgres";
import { digestOf, generateSigningKey, type SigningKey, signManifest } from "@/lib/manifest";
import { exampleManifest } from "@/lib/manifest/manifest.fixture";
import { type ConnectedDatabase, connectDatabase } from "@/lib/node/connect-database";
import { type EmbeddedPostgres, openEmbeddedPostgres } from "@/lib/node/embedded-postgres";
import { folderArtifactStore } from "@/lib/node/folder-artifact-store";
import { manifestSigningKey } from "@/lib/node/secrets";
import { encodePng } from "@/lib/testing/encode-png";
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
  if (patients > 0) await writeDataset(dataset, patients);
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
    const data = Float32Array.from({ length: 36 }, (_, pixel) => (pixel * 7 + index * 3) % 256);
    data[0] = index % 256;
    data[1] = index >> 8;
    const file = isPneumonia ? `PNEUMONIA/person${index}_virus_${index}.png` : `NORMAL/IM-${index}-0001.png`;
    await writeFile(path.join(folder, file), encodePng({ width: 6, height: 6, data }));
  }
}
