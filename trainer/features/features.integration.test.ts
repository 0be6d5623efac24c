import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "@/lib/random";
import { writeSafetensors } from "@/lib/safetensors/safetensors";
import { randomWeights } from "@/lib/testing/random-weights";
import { type DrawnTraining, drawnTraining, tinyConfig } from "../__fixtures__/drawn-training";
import { listCases, loadCases } from "../data/load-cases";
import { openEngine } from "../engines/open";
import { trainModel } from "../train";
import type { FeatureCache } from "./feature-cache";
import { drawSpace, viewSpace } from "./feature-spaces";
import { folderFeatureCache } from "./folder-feature-cache";

let training: DrawnTraining;
let features: string;
beforeAll(async () => {
  training = await drawnTraining(24);
  features = path.join(training.folder, "features");
});
afterAll(() => training.close());

const config = tinyConfig(["epochs=2", 'views=["identity","horizontal-flip"]']);
const epochs = 2;
const views = 2;

/** @param first of the training images that is trained on @param cache where features are kept, if anywhere */
async function train(name: string, first: number, cache?: FeatureCache) {
  const { datasetDigest, initialWeightsDigest, store } = training;
  const context = await training.context(name, cache ? { features: cache } : {});
  const load = async (split: "train" | "validation", from: number) =>
    loadCases(store, (await listCases(store, datasetDigest, [split])).slice(from), {
      size: config.imageSize,
      signal: context.signal,
      onProgress: () => undefined,
    });
  const [trained, validation] = [await load("train", first), await load("validation", 0)];
  const job = { kind: "train" as const, jobId: name, datasetDigest, initialWeightsDigest, config };
  const state = await trainModel(job, context, trained, validation);
  const learnt = {
    weights: createHash("sha256").update(writeSafetensors(state.best.weights, "F32")).digest("hex"),
    epochs: state.epochs.map(({ durationMs: _, ...epoch }) => epoch),
  };
  return { learnt, trained: trained.labels.length, validated: validation.labels.length };
}

describe("features that earlier runs kept", () => {
  it("change nothing but the time: a run without, a first one, and one of them damaged", async () => {
    const [without, cache] = [await train("without", 0), folderFeatureCache(features)];
    const cold = await train("cold", 0, cache);
    expect(cold.learnt).toEqual(without.learnt);
    const { trained, validated } = cold;
    // The second epoch validates with the features of the first.
    const computed = epochs * trained + views * validated;
    expect(cache.counts).toEqual({ computed, read: views * validated, damaged: 0 });

    await damageSomething();
    const later = folderFeatureCache(features);
    expect((await train("later", 0, later)).learnt).toEqual(without.learnt);
    expect(later.counts.damaged).toBe(1);
    expect(later.counts.computed).toBe(1);
  });

  it("belong to the image, not to its place: a run with one more reads the others", async () => {
    features = path.join(training.folder, "another");
    await train("yesterday", 1, folderFeatureCache(features));
    const cache = folderFeatureCache(features);
    const today = await train("today", 0, cache);
    // The new one, and the rest of a batch that yesterday's epochs left out for want of one more.
    expect(cache.counts.computed).toBe(epochs * config.batchSize);
    expect(cache.counts.read).toBe(epochs * (today.trained - config.batchSize + views * today.validated));
    expect(today.learnt).toEqual((await train("today without", 0)).learnt);
  });

  it("do not fit another augmentation, seed or size", () => {
    const spaces = [config, tinyConfig(["seed=2"]), tinyConfig(["augmentation.noise=1"])].map(drawSpace);
    expect(new Set(spaces).size).toBe(3);
    expect(drawSpace(tinyConfig(["learningRate=0.1", "epochs=7"]))).toBe(spaces[0]);
    expect(viewSpace(config)).not.toBe(viewSpace({ imageSize: 64 }));
  });
});

async function damageSomething(): Promise<void> {
  for (const space of await readdir(features)) {
    const inside = path.join(features, space);
    for (const name of (await readdir(inside)).filter((file) => file.endsWith(".data"))) {
      const bytes = await readFile(path.join(inside, name));
      bytes[3]! ^= 1;
      await writeFile(path.join(inside, name), bytes);
      return;
    }
  }
}

it("a backbone gives an image the same features alone as among others, and the head the network's logits", async () => {
  const engine = await openEngine("onnxruntime");
  const weights = randomWeights(5);
  const size = 64;
  const random = createRandom(9);
  const n = 5;
  const area = size * size * 3;
  const images = Float32Array.from({ length: n * area }, () => random.normal());
  const options = { trainFrom: "layer3", size } as const;
  const backbone = await engine.split!.createBackbone(weights, options);
  const head = await engine.split!.createHead(weights, options);
  const together = await backbone.features(images, n);
  expect(together.length).toBe(n * backbone.length);
  expect(new Set(together).size).toBeGreaterThan(100);
  for (let i = 0; i < n; i++) {
    const alone = await backbone.features(images.slice(i * area, (i + 1) * area), 1);
    const same = together.slice(i * backbone.length, (i + 1) * backbone.length);
    expect(Buffer.compare(Buffer.from(alone.buffer), Buffer.from(same.buffer))).toBe(0);
  }
  const inference = await engine.createInference(weights);
  const { logits } = await inference.outputs(images, n, size);
  const fromFeatures = await head.logits(together, n);
  for (let i = 0; i < n; i++) expect(Math.abs(logits[i]! - fromFeatures[i]!)).toBeLessThan(5e-3);
  for (const part of [backbone, head, inference]) part.dispose();
});
