import type { Reading, ReadPrediction } from "@/lib/browser/predict/reading";

let lastId = 0;

/** A reading as the queue makes it, with what a test is about. */
export function exampleReading({
  prediction,
  ...changes
}: Omit<Partial<Reading>, "prediction"> & { prediction?: Partial<ReadPrediction> }): Reading {
  const id = ++lastId;
  return {
    id,
    name: `chest-${id}.png`,
    folder: "",
    sizeBytes: 1000,
    origin: "file",
    step: "queued",
    frame: 0,
    frameCount: 1,
    digest: null,
    facts: null,
    readAt: null,
    duplicateOf: null,
    cautions: [],
    prediction: prediction ? examplePrediction(prediction) : null,
    refusal: null,
    readBy: null,
    revoked: null,
    failure: null,
    ...changes,
  };
}

function examplePrediction(changes: Partial<ReadPrediction>): ReadPrediction {
  const { probability = 0.5, threshold = 0.4 } = changes;
  return {
    label: probability >= threshold ? "PNEUMONIA" : "NORMAL",
    uncertain: false,
    probability,
    threshold,
    logit: Math.log(probability / (1 - probability)),
    map: { side: 7, values: new Float32Array(49), bias: 0 },
    modelVersion: "v1",
    serial: 1,
    manifestDigest: "sha256:1",
    backend: "wasm",
    durationMs: 300,
    phases: { decodeMs: 50, resizeMs: 50, networkMs: 200 },
    ...changes,
  };
}
