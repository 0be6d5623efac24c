import { newEntry } from "@/lib/browser/predict/queue-entry";
import type { Reading, ReadPrediction } from "@/lib/browser/predict/reading";

let lastId = 0;

/** A reading as the queue makes it, with what a test is about. */
export function exampleReading({
  prediction,
  ...changes
}: Omit<Partial<Reading>, "prediction"> & { prediction?: Partial<ReadPrediction> }): Reading {
  const id = ++lastId;
  const name = `chest-${id}.png`;
  const listed = { key: `${id}`, name, folder: "", sizeBytes: 1000, failure: null };
  return {
    ...newEntry(id, listed, "file", "queued").reading,
    prediction: prediction ? examplePrediction(prediction) : null,
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
