import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { summariseFolds } from "@/lib/training/cross-validation";
import { type DrawnTraining, drawnTraining, tinyConfig } from "@/trainer/__fixtures__/drawn-training";
import type { LocalTraining } from "../cli/local-training";
import { type FoldsRequest, runFolds } from "./run-folds";

let drawn: DrawnTraining;
beforeAll(async () => {
  drawn = await drawnTraining(24);
});
afterAll(() => drawn.close());

/** Ends with an error at the fold of this number. */
function localTraining(brokenFold?: number) {
  const trained: string[] = [];
  const training: Pick<LocalTraining, "inScratchFolder" | "progress"> = {
    progress: { update: () => undefined, done: () => undefined },
    inScratchFolder: async (name, work) => {
      if (brokenFold !== undefined && name.endsWith(`fold-${brokenFold}`)) throw new Error("the power went");
      trained.push(name);
      return work(await drawn.context(name));
    },
  };
  return { training, trained };
}

it("tests every patient once, and goes on after an interruption with the same figures", async () => {
  const { listing, initialWeightsDigest, folder } = drawn;
  const request: FoldsRequest = {
    cases: listing.cases,
    folds: 2,
    seed: 1,
    config: tinyConfig(),
    initialWeightsDigest,
    folder: path.join(folder, "folds"),
  };
  const first = localTraining(2);
  await expect(runFolds(first.training, request)).rejects.toThrow("the power went");
  expect(await readdir(request.folder)).toEqual(["fold-1.json"]);
  const second = localTraining();
  const results = await runFolds(second.training, request);
  expect([first.trained, second.trained]).toEqual([["folds-fold-1"], ["folds-fold-2"]]);
  const summary = summariseFolds(results);
  expect(summary.pooled).toMatchObject({ images: listing.cases.length, patients: 48 });
  expect(summary.pooled.auc.value).toBeGreaterThan(0.5);
  expect(summary.folds.map((fold) => fold.images + fold.trainImages)).toEqual([
    expect.closeTo(45, -1),
    expect.closeTo(45, -1),
  ]);

  await rm(path.join(request.folder, "fold-1.json"));
  const again = localTraining();
  const repeated = await runFolds(again.training, request);
  expect(again.trained).toEqual(["folds-fold-1"]);
  expect(repeated.map((result) => result.cases)).toEqual(results.map((result) => result.cases));
});
