import { readdir } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ArtifactStore } from "@/lib/artifacts/store";
import { bestTrial } from "@/lib/training/search";
import { type DrawnTraining, drawnTraining, tinyConfig } from "@/trainer/__fixtures__/drawn-training";
import type { LocalTraining } from "../cli/local-training";
import { runSearch, type SearchRequest } from "./run-search";

let drawn: DrawnTraining;
beforeAll(async () => {
  drawn = await drawnTraining(24);
});
afterAll(() => drawn.close());

/** Ends with an error before the trial of this number; notes every artifact that is read. */
function localTraining(brokenTrial?: number) {
  const trained: string[] = [];
  const read = new Set<string>();
  const training: Pick<LocalTraining, "inScratchFolder" | "progress"> = {
    progress: { update: () => undefined, done: () => undefined },
    inScratchFolder: async (name, work) => {
      if (brokenTrial !== undefined && name.endsWith(`trial-${brokenTrial}`))
        throw new Error("the power went");
      trained.push(name);
      const { store } = drawn;
      const noting: ArtifactStore = {
        ...store,
        get(digest) {
          read.add(digest);
          return store.get(digest);
        },
      };
      return work(await drawn.context(name, { store: noting }));
    },
  };
  return { training, trained, read };
}

/** A negative rate learns the opposite. */
const rates = [0.03, 0.02, -0.03, 1e30];
const candidate = (learningRate: number) => ({
  values: { learningRate },
  config: { ...tinyConfig(["epochs=2"]), learningRate },
});

it("finds the best on validation patients, stops a hopeless trial, goes on after an interruption, and reads nothing held out", async () => {
  const { listing, datasetDigest, initialWeightsDigest, folder } = drawn;
  const request: SearchRequest = {
    candidates: rates.map(candidate),
    datasetDigest,
    initialWeightsDigest,
    rule: { graceEpochs: 1, leastTrials: 2 },
    folder: path.join(folder, "search"),
  };
  const first = localTraining(3);
  await expect(runSearch(first.training, request)).rejects.toThrow("the power went");
  expect(await readdir(request.folder)).toEqual(["trial-0001.json", "trial-0002.json"]);
  const second = localTraining();
  const trials = await runSearch(second.training, request);
  expect([first.trained, second.trained]).toEqual([
    ["search-trial-1", "search-trial-2"],
    ["search-trial-3", "search-trial-4"],
  ]);
  expect(trials.map((trial) => [trial.state, trial.epochs.length])).toEqual([
    ["finished", 2],
    ["finished", 2],
    ["stopped", 1],
    ["diverged", 0],
  ]);
  expect([1, 2]).toContain(bestTrial(trials)?.trial);

  const heldOut = new Set(listing.cases.filter((item) => item.split === "test").map((item) => item.digest));
  expect(heldOut.size).toBeGreaterThan(1);
  const all = [...first.read, ...second.read];
  expect(all.filter((digest) => heldOut.has(digest as `sha256:${string}`))).toEqual([]);
  expect(all.length).toBeGreaterThan(listing.cases.length - heldOut.size);
});
