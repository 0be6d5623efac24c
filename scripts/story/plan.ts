import type { PatientCounts } from "./pick-images";

/** How large the story is and how it trains; printed before it begins. */
export interface StoryPlan {
  /** Patients of each class on each side. */
  first: PatientCounts;
  more: PatientCounts;
  /** Of the training patients, how many get the other class's label. */
  mixedUpShare: number;
  /** Replaced in the preset «baseline» for version 1; null: the shipped version is version 1. */
  baselineSettings: string[] | null;
  preset: string;
  settings: string[];
}

/**
 * For real radiographs. One view halves every evaluation. A tenth of all patients is held out; the story takes all the
 * training patients it can use in its time and more held-out ones than belong to them, so that a difference can show.
 * Which side a patient is on is fixed by the patient's key.
 */
export const realPlan: StoryPlan = {
  first: { train: 20, validation: 6, test: 6 },
  more: { train: 110, validation: 24, test: 44 },
  mixedUpShare: 0.6,
  baselineSettings: ["epochs=3", "batchSize=16", 'views=["identity"]'],
  preset: "daily",
  settings: ["epochs=2", 'views=["identity"]'],
};

/** Drawn images are easy: small ones teach the shipped version, which never saw any, in seconds. */
export const drawnPlan: StoryPlan = {
  first: { train: 24, validation: 6, test: 8 },
  more: { train: 60, validation: 12, test: 20 },
  mixedUpShare: 0.6,
  baselineSettings: null,
  preset: "demo",
  settings: [
    "dataFraction=1",
    "epochs=5",
    "imageSize=64",
    "learningRate=0.001",
    "trainFrom=layer3",
    "batchSize=16",
    'views=["identity"]',
  ],
};
