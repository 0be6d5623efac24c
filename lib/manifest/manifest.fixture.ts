import type { ModelManifest } from "./schema";

const interval = { value: 0.97, low: 0.95, high: 0.98 };

/** A complete manifest with every optional field set. */
export function exampleManifest(changes: Partial<ModelManifest> = {}): ModelManifest {
  return {
    schema: "pneumoscope.model-version/1",
    version: "v2",
    serial: 2,
    createdAt: "2026-11-21T03:00:00.000Z",
    architecture: "resnet18",
    classes: ["NORMAL", "PNEUMONIA"],
    preprocessing: {
      size: 224,
      resize: "triangle-antialiased",
      intensity: "stretch-1-99",
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
    },
    views: ["identity", "horizontal-flip"],
    calibration: { temperature: 1.2 },
    threshold: { probability: 0.42, targetSensitivity: 0.97, chosenOn: "validation patients" },
    knownAnswers: [{ seed: 1, size: 224, logit: -0.25 }],
    weights: {
      digest: `sha256:${"a".repeat(64)}`,
      sizeBytes: 22_000_000,
      format: "safetensors-fp16",
      url: `/api/models/weights/sha256:${"a".repeat(64)}`,
    },
    dataset: {
      digest: `sha256:${"b".repeat(64)}`,
      images: 100,
      patients: 60,
      heldOutImages: 12,
      heldOutPatients: 8,
    },
    trainingRun: { id: "run-1", preset: "daily", engine: "wasm", seed: 7, durationMs: 1000 },
    metrics: {
      n: 12,
      patients: 8,
      positives: 7,
      auc: interval,
      accuracy: interval,
      sensitivity: interval,
      specificity: interval,
      precision: interval,
      f1: interval,
      ece: interval,
    },
    trainingData: {
      statement: "Paediatric chest radiographs.",
      licence: "CC BY 4.0",
      attribution: "Kermany et al.",
      source: "doi:10.17632/rscbjbr9sj",
      limits: ["children aged one to five"],
    },
    previousVersion: "v1",
    restoresVersion: "v0",
    ...changes,
  };
}
