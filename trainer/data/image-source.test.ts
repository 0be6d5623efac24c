import { expect, it } from "vitest";
import { createRandom } from "@/lib/random";
import { trainingConfig } from "@/lib/training/training-config";
import { imageKeys } from "./image-keys";
import { openInlineSource, openThreadedSource } from "./image-source";
import { lossInput, prepareImages } from "./micro-batch";

const size = 32;
const random = createRandom(2);
const gray = Uint8Array.from({ length: 6 * size * size }, () => random.int(256));
const train = { gray, labels: Uint8Array.of(0, 1, 1, 0, 1, 0), keys: imageKeys(gray, size) };
const config = trainingConfig("daily", [`imageSize=${size}`]);

it("gives the same images, in order, from a thread as without one", async () => {
  const sources = [openInlineSource(train, config), openThreadedSource(train, config)];
  try {
    const batches = [];
    for (const source of sources) {
      for (const [epoch, indices] of [
        [1, [4, 0]],
        [1, [1, 5]],
        [2, [4, 0]],
      ] as const)
        source.request({ epoch, indices: [...indices] });
      batches.push([await source.next(), await source.next(), await source.next()]);
    }
    expect(batches[1]).toEqual(batches[0]);
    expect(batches[0]?.[0]?.length).toBe(2 * size * size * 3);
    expect(batches[0]?.[2]).not.toEqual(batches[0]?.[0]);
  } finally {
    for (const source of sources) await source.close();
  }
});

it("passes on what went wrong in the thread", async () => {
  const source = openThreadedSource(train, config);
  source.request({ epoch: 1, indices: null as never });
  await expect(source.next()).rejects.toThrow(/null/);
  await source.close();
});

it("draws the same view and the same dropout for an image wherever it stands", () => {
  const area = size * size;
  const alone = {
    gray: gray.slice(4 * area, 5 * area),
    labels: train.labels.slice(4, 5),
    keys: [train.keys[4]!],
  };
  expect(prepareImages(alone, config, { epoch: 2, indices: [0] })).toEqual(
    prepareImages(train, config, { epoch: 2, indices: [4] }),
  );
  const [here, there, later] = [
    lossInput(alone, config, { epoch: 2, indices: [0], sampleWeights: [1] }),
    lossInput(train, config, { epoch: 2, indices: [4], sampleWeights: [1] }),
    lossInput(train, config, { epoch: 3, indices: [4], sampleWeights: [1] }),
  ];
  expect(here).toEqual(there);
  expect(here?.targets[0]).toBeGreaterThan(0.5);
  expect(later?.featureMask).not.toEqual(there?.featureMask);
  const kept = there?.featureMask.filter((value) => value > 0).length ?? 0;
  expect(kept / 512).toBeGreaterThan(0.6);
  expect(kept / 512).toBeLessThan(0.8);
});
