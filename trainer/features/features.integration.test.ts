import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canonicalListingBytes } from "@/lib/dataset/listing";
import { createRandom } from "@/lib/random";
import { randomWeights } from "@/lib/testing/random-weights";
import type { TrainJob, TrainResult } from "@/lib/training/job";
import { type DrawnTraining, drawnTraining, tinyConfig } from "../__fixtures__/drawn-training";
import { openEngine } from "../engines/open";
import { runTrainJob } from "../train";
import { folderFeatureCache } from "./folder-feature-cache";

let training: DrawnTraining;
let features: string;
beforeAll(async () => {
  training = await drawnTraining(24);
  features = path.join(training.folder, "features");
});
afterAll(() => training.close());

const config = tinyConfig(["epochs=2", "trainFrom=layer4", 'views=["identity","horizontal-flip"]']);

async function train(name: string, isKept: boolean, more: Partial<TrainJob> = {}): Promise<TrainResult> {
  const { datasetDigest, initialWeightsDigest } = training;
  const context = await training.context(name, isKept ? { features: folderFeatureCache(features) } : {});
  return runTrainJob(
    { kind: "train", jobId: name, datasetDigest, initialWeightsDigest, config, ...more },
    context,
  );
}

const learnt = ({ weightsDigest, epochs }: TrainResult) => ({
  weightsDigest,
  epochs: epochs.map(({ durationMs: _, ...epoch }) => epoch),
});

describe("features that earlier runs kept", () => {
  it("change nothing but the time: without, first run, second run, one of them damaged", async () => {
    const [without, cold, warm] = [
      await train("without", false),
      await train("cold", true),
      await train("warm", true),
    ];
    expect(learnt(cold)).toEqual(learnt(without));
    expect(learnt(warm)).toEqual(learnt(without));
    expect(without.features).toBeUndefined();
    // Two epochs' views of each training image, and two views of each validation image, the second epoch's from the first.
    const { read = 0, computed = 0 } = cold.features ?? {};
    expect(computed).toBeGreaterThan(0);
    expect(warm.features).toEqual({ read: computed + read, computed: 0, damaged: 0 });

    await damageSomething();
    const repaired = await train("repaired", true);
    expect(learnt(repaired)).toEqual(learnt(without));
    expect(repaired.features?.damaged).toBe(1);
    expect(repaired.features?.computed).toBe(1);
  });

  it("are used for the images that are still there; only new ones are computed", async () => {
    await train("yesterday", true);
    const { listing, store } = training;
    const kept = listing.cases.filter(
      (item, i) => item.split !== "train" || i > listing.cases.findIndex(({ split }) => split === "train"),
    );
    expect(kept.length).toBe(listing.cases.length - 1);
    const { digest: datasetDigest } = await store.put(canonicalListingBytes({ ...listing, cases: kept }));
    const fewer = await train("fewer", true, { datasetDigest });
    expect(fewer.features?.computed).toBeLessThan(8);
    expect(fewer.features?.read).toBeGreaterThan(40);
    expect(learnt(fewer)).toEqual(learnt(await train("fewer-without", false, { datasetDigest })));
    // Other augmentation, other views: nothing of the old ones fits.
    const other = await train("other", true, { config: { ...config, seed: 2 } });
    expect(other.features?.computed).toBeGreaterThan(40);
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
    expect(alone).toEqual(together.slice(i * backbone.length, (i + 1) * backbone.length));
  }
  const inference = await engine.createInference(weights);
  const { logits } = await inference.outputs(images, n, size);
  const fromFeatures = await head.logits(together, n);
  for (let i = 0; i < n; i++) expect(Math.abs(logits[i]! - fromFeatures[i]!)).toBeLessThan(5e-3);
  for (const part of [backbone, head, inference]) part.dispose();
});
