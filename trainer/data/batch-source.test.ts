import { expect, it } from "vitest";
import { createRandom } from "@/lib/random";
import { trainingConfig } from "@/lib/training/training-config";
import { openInlineSource, openThreadedSource } from "./batch-source";

const size = 32;
const random = createRandom(2);
const train = {
  gray: Uint8Array.from({ length: 6 * size * size }, () => random.int(256)),
  labels: Uint8Array.of(0, 1, 1, 0, 1, 0),
};
const config = trainingConfig("daily", [`imageSize=${size}`]);
const requests = [
  { epoch: 1, indices: [4, 0], sampleWeights: [0.25, 0.75] },
  { epoch: 1, indices: [1, 5], sampleWeights: [0.5, 0.5] },
  { epoch: 2, indices: [4, 0], sampleWeights: [0.25, 0.75] },
];

it("gives the same micro-batches, in order, from a thread as without one", async () => {
  const sources = [openInlineSource(train, config), openThreadedSource(train, config)];
  try {
    const batches = [];
    for (const source of sources) {
      source.request(requests);
      batches.push([await source.next(), await source.next(), await source.next()]);
    }
    expect(batches[1]).toEqual(batches[0]);
    expect(batches[0]?.[0]?.images.length).toBe(2 * size * size * 3);
    expect(batches[0]?.[2]?.images).not.toEqual(batches[0]?.[0]?.images);
    expect(batches[0]?.[0]?.targets[0]).toBeGreaterThan(0.5);
  } finally {
    for (const source of sources) await source.close();
  }
});

it("passes on what went wrong in the thread", async () => {
  const source = openThreadedSource(train, config);
  source.request([{ epoch: 1, indices: [0], sampleWeights: null as never }]);
  await expect(source.next()).rejects.toThrow(/null/);
  await source.close();
});
