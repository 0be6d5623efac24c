import { expect, it } from "vitest";
import { exampleReading } from "@/components/worklist/reading.fixture";
import { exampleManifest } from "@/lib/manifest/manifest.fixture";
import { describeDiagnostics } from "./describe-diagnostics";

const text = describeDiagnostics({
  at: "2026-11-21T08:00:00.000Z",
  browser: {
    userAgent: "Browser/1",
    language: "fr",
    screen: "1440 × 900",
    online: true,
    serviceWorker: false,
  },
  model: {
    phase: "ready",
    model: {
      manifest: exampleManifest(),
      manifestDigest: `sha256:${"d".repeat(64)}`,
      backend: "wasm",
      knownAnswerDifference: 0.00002,
      weightsFrom: "storage",
    },
  },
  notes: [{ kind: "backend", event: "distrusted", backend: "webgpu", count: 3 }],
  running: {
    backends: [
      { event: "left", backend: "webgpu", detail: "the device was lost", difference: null, atMs: 2500 },
      { event: "started", backend: "wasm", detail: null, difference: 0.00002, atMs: 3100 },
    ],
    about: { threads: 2 },
    isolated: true,
    cores: 2,
    tests: { passed: 4, failed: 1, largestDifference: Number.NaN },
    images: 200,
    batches: 200,
    networkMs: { median: 96.25, largest: 210 },
  },
  readings: [
    exampleReading({
      name: "DUPONT^JEAN.dcm",
      folder: "CABINET DU DR MARTIN",
      digest: "sha256:5ec4e7",
      step: "done",
      prediction: { probability: 0.9 },
    }),
    exampleReading({
      name: "secret.png",
      step: "failed",
      failure: { code: "IMAGE_CORRUPT", message: "secret.png is damaged" },
    }),
  ],
});

it("tells how the model runs", () => {
  for (const said of [
    "backend: wasm",
    "threads: 2",
    "2.5 s: webgpu left, the device was lost",
    "3.1 s: wasm started, off by 0.00002",
    "4 passed, 1 failed, largest difference NaN",
    "median 96.3 ms",
    "done: 1",
    "IMAGE_CORRUPT: 1",
    '"distrusted"',
  ])
    expect(text).toContain(said);
});

it("tells nothing of any file", () => {
  for (const secret of ["DUPONT", "MARTIN", "secret", "5ec4e7", "0.9"]) expect(text).not.toContain(secret);
});
