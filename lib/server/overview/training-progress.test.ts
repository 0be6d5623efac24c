import { expect, it } from "vitest";
import { trainingProgress } from "./training-progress";

const at = (seconds: number) => new Date(seconds * 1_000);
const ended = [
  { epoch: 1, durationMs: 8_000, recordedAt: at(8) },
  { epoch: 2, durationMs: 12_000, recordedAt: at(20) },
];

it("reckons with the mean epoch, and with what has gone of the present one", () => {
  expect(trainingProgress(ended, 5, at(24))).toEqual({ done: 2, epochs: 5, share: 0.4, leftMs: 26_000 });
});

it("never promises less than the epochs that have not begun", () => {
  expect(trainingProgress(ended, 5, at(500)).leftMs).toBe(20_000);
});

it("says nothing of time before an epoch has ended, and none is left after the last", () => {
  expect(trainingProgress([], 3, at(9))).toEqual({ done: 0, epochs: 3, share: 0, leftMs: null });
  expect(trainingProgress(ended, 2, at(21))).toMatchObject({ share: 1, leftMs: 0 });
});

it("counts the part of the present epoch that the trainer tells of", () => {
  const job = { phase: "train", epoch: 3, done: 50, total: 100 };
  expect(trainingProgress(ended, 5, at(24), job).share).toBe(0.5);
  expect(trainingProgress(ended, 5, at(24), { ...job, epoch: 2 }).share).toBe(0.4);
  expect(trainingProgress(ended, 5, at(24), { ...job, phase: "validate" }).share).toBe(0.4);
  expect(trainingProgress([], 4, at(9), { ...job, epoch: 1 }).share).toBe(0.125);
});
