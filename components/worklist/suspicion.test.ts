import { expect, it } from "vitest";
import { exampleReading as reading } from "./reading.fixture";
import { countStatuses, filterReadings, statusOf, suspicionRank } from "./suspicion";

const done = (probability: number, changes: { uncertain?: boolean } = {}) =>
  reading({ step: "done", prediction: { probability, threshold: 0.4, ...changes } });

it("puts the most suspicious first, and what has no result last", () => {
  const sorted = [
    done(0.97),
    done(0.6),
    done(0.55, { uncertain: true }),
    done(0.3, { uncertain: true }),
    done(0.25),
    done(0.01),
    reading({ step: "queued" }),
    reading({ step: "refused" }),
    reading({ step: "failed" }),
    reading({ step: "cancelled" }),
  ];
  const ranks = sorted.map(suspicionRank);
  expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
  expect(new Set(ranks).size).toBe(ranks.length);
});

it("puts what a revoked version read before everything, and counts it as nothing else", () => {
  const revocation = {
    version: "v1",
    serial: 1,
    manifestDigest: "sha256:1",
    weightsDigest: "sha256:w",
    reason: "mislabelled",
    revokedAt: "2026-11-21T09:00:00.000Z",
  } as const;
  const revoked = { ...done(0.1), revoked: revocation };
  expect(suspicionRank(revoked)).toBeLessThan(suspicionRank(done(0.99)));
  expect(countStatuses([revoked, done(0.1)])).toMatchObject({ revoked: 1, normal: 1 });
  expect(statusOf({ ...revoked, step: "queued" })).toBe("pending");
});

it("takes an earlier version's result for none while the image is read again", () => {
  expect(statusOf(reading({ step: "queued", prediction: { probability: 0.9, threshold: 0.4 } }))).toBe(
    "pending",
  );
});

it("counts a copy as a copy, and keeps it beside its original", () => {
  const original = done(0.9);
  const copy = { ...original, id: 99, duplicateOf: original.id };
  expect(countStatuses([original, copy])).toMatchObject({ pneumonia: 1, duplicate: 1 });
  expect(suspicionRank(copy)).toBe(suspicionRank(original));
});

it("filters by status and by words in any case, with or without accents", () => {
  const all = [
    reading({ step: "failed", name: "Thorax Été.dcm", folder: "salle/2" }),
    reading({ step: "queued", name: "a.png", folder: "" }),
  ];
  expect(filterReadings(all, { status: "failed", text: "" })).toEqual([all[0]]);
  expect(filterReadings(all, { status: null, text: "SALLE ete" })).toEqual([all[0]]);
  expect(filterReadings(all, { status: null, text: "salle png" })).toEqual([]);
});
