import type { ModelManifest } from "./schema";

const interval = { value: 0.97, low: 0.95, high: 0.98 };

/** Accepts every image. */
export function exampleRefusal(): ModelManifest["refusal"] {
  return {
    descriptor: "layer2-mean",
    reference: {
      mean: Array.from({ length: 128 }, () => 0),
      scale: Array.from({ length: 128 }, () => 1),
      components: [],
      variances: [],
      restVariance: 1,
    },
    limit: 1e9,
    acceptedShare: 0.995,
    heldOut: { refused: { value: 0, low: 0, high: 0.1 }, images: 12 },
    foreign: { refused: { value: 1, low: 0.9, high: 1 }, images: 50, material: "photographs" },
  };
}

/** A complete manifest with every optional field set. */
export function exampleManifest(changes: Partial<ModelManifest> = {}): ModelManifest {
  return {
    schema: "pneumoscope.model-version/2",
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
    uncertainBand: {
      low: 0.3,
      high: 0.6,
      targetSensitivity: 0.99,
      targetSpecificity: 0.99,
      chosenOn: "validation patients",
      heldOut: {
        n: 12,
        inside: interval,
        errorsInside: interval,
        errorsBelow: interval,
        errorsAbove: interval,
      },
    },
    refusal: exampleRefusal(),
    population: { ageYears: [1, 5], views: ["AP"] },
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
