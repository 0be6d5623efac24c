import { rm } from "node:fs/promises";
import {
  type ModelManifest,
  manifestDigestOf,
  type SignedManifest,
  signManifest,
  signTrustList,
} from "@/lib/manifest";
import { exampleManifest } from "@/lib/manifest/manifest.fixture";
import {
  baselineFolder,
  currentModelPointer,
  readBaselineManifest,
  readWeights,
} from "@/lib/node/current-model";
import { inDataDirectory } from "@/lib/node/data-directory";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import { manifestSigningKey } from "@/lib/node/secrets";
import { useWasmBackend as startWasmBackend } from "@/lib/node/wasm-backend";
import { knownAnswerInput } from "@/lib/resnet18/known-answer";
import { createPredictor } from "@/lib/resnet18/predictor";
import { parseSafetensors, type Weights, writeSafetensors } from "@/lib/safetensors/safetensors";
import { markPublished } from "@/lib/server/model-versions/published-weights";
import { randomWeights } from "@/lib/testing/random-weights";
import { test } from "./journey";

export interface TestModelOptions {
  serial: number;
  version: string;
  /** Added to every logit, so that versions can be told apart by their answers. */
  logitShift?: number;
  /** Side of the model's input; a small one, with one view, makes a slow backend bearable. */
  size?: number;
  views?: ModelManifest["views"];
  /** Changes the manifest before it is signed. */
  change?(manifest: ModelManifest): ModelManifest;
}

/** Publishes a version as the loop would: weights first, then the pointer. Signed with this data folder's key. */
export async function publishTestModel(options: TestModelOptions): Promise<SignedManifest> {
  const signed = await makeTestModel(options);
  await markPublished(localArtifactStore(), signed.manifest.weights.digest);
  await localArtifactStore().writePointer(currentModelPointer, JSON.stringify(signed));
  return signed;
}

/** Serves a version together with a trust list that revokes others, as a revocation does. */
export async function revokeTestModels(
  revoked: readonly SignedManifest[],
  { current, serial, reason }: { current: SignedManifest; serial: number; reason: string },
): Promise<void> {
  const key = await manifestSigningKey();
  const now = new Date().toISOString();
  const trust = signTrustList(
    {
      schema: "pneumoscope.trust/1",
      serial,
      issuedAt: now,
      keys: [{ keyId: key.keyId, publicKey: key.publicKey, state: "active", since: now }],
      revocations: revoked.map(({ manifest }) => ({
        version: manifest.version,
        serial: manifest.serial,
        manifestDigest: manifestDigestOf(manifest),
        weightsDigest: manifest.weights.digest,
        reason,
        revokedAt: now,
      })),
    },
    key,
  );
  await localArtifactStore().writePointer(currentModelPointer, JSON.stringify({ ...current, trust }));
}

type TestModel = Omit<TestModelOptions, "serial">;

/**
 * Publishes a version for all journeys of a file, and puts back afterwards what was there.
 * @returns its serial, once the journeys run
 */
export function withTestModel(model: TestModel | (() => Promise<TestModel>)): () => number {
  let before: string | null = null;
  let serial = 0;
  test.beforeAll(async ({ browserName: _ }, { project }) => {
    const answer = await fetch(`${project.use.baseURL}/api/models/current`);
    const { manifest } = (await answer.json()) as SignedManifest;
    before = await readPublished();
    serial = manifest.serial + 1;
    await publishTestModel({ ...(typeof model === "function" ? await model() : model), serial });
  });
  test.afterAll(() => restorePublished(before));
  return () => serial;
}

/** What is published now, to be put back with restorePublished. */
export function readPublished(): Promise<string | null> {
  return localArtifactStore().readPointer(currentModelPointer);
}

export async function restorePublished(text: string | null): Promise<void> {
  if (text !== null) return localArtifactStore().writePointer(currentModelPointer, text);
  await rm(inDataDirectory("artifacts", "pointers", currentModelPointer), { force: true });
}

async function makeTestModel({
  serial,
  version,
  logitShift = 0,
  size,
  views,
  change,
}: TestModelOptions): Promise<SignedManifest> {
  const store = localArtifactStore();
  const base = await baseModel();
  if (size) base.manifest = { ...base.manifest, preprocessing: { ...base.manifest.preprocessing, size } };
  if (views) base.manifest = { ...base.manifest, views };
  const weights = shifted(base.weights, logitShift);
  const stored = await store.put(writeSafetensors(weights, "F16"));
  const halved = parseSafetensors(await store.get(stored.digest)).weights;
  const manifest: ModelManifest = {
    ...base.manifest,
    version,
    serial,
    knownAnswers: await answersOf(halved, base.manifest),
    weights: { ...stored, format: "safetensors-fp16", url: `/api/models/weights/${stored.digest}` },
  };
  return signManifest(change ? change(manifest) : manifest, await manifestSigningKey());
}

async function baseModel(): Promise<{ weights: Weights; manifest: ModelManifest }> {
  const shipped = await readBaselineManifest().catch(() => null);
  if (!shipped) return { weights: randomWeights(7), manifest: exampleManifest() };
  const bytes = await readWeights(localArtifactStore(), shipped.manifest.weights.digest);
  return { weights: parseSafetensors(bytes).weights, manifest: shipped.manifest };
}

function shifted(weights: Weights, logitShift: number): Weights {
  const bias = weights.get("fc.bias");
  if (!bias) throw new Error(`no fc.bias in the weights of ${baselineFolder()}`);
  const changed = { ...bias, data: bias.data.map((value) => value + logitShift) };
  return new Map([...weights, ["fc.bias", changed]]);
}

async function answersOf(weights: Weights, { views, preprocessing }: ModelManifest) {
  await startWasmBackend();
  const predictor = createPredictor(weights, { views, ...preprocessing });
  const { size } = preprocessing;
  const seed = 11;
  const { logits } = await predictor.predict(knownAnswerInput(seed, size), 1);
  const [logit = Number.NaN] = logits;
  predictor.dispose();
  return [{ seed, size, logit }];
}
