import { describe, expect, it } from "vitest";
import { assignSplit, defaultSalt } from "@/lib/dataset/assign-split";
import { patientKey } from "@/lib/dataset/patient-key";
import { createNarrator, duration, expectOutcome, StoryBroken } from "./narrator";
import { mixUpLabels, pickPatients, type StoryImage } from "./pick-images";

const images: StoryImage[] = Array.from({ length: 900 }, (_, index) =>
  index % 2 === 0
    ? { file: `NORMAL/IM-${index}-0001.jpeg`, className: "NORMAL" }
    : { file: `PNEUMONIA/person${Math.floor(index / 6)}_virus_${index}.jpeg`, className: "PNEUMONIA" },
);
const counts = { train: 10, validation: 2, test: 3 };
const keys = (list: readonly StoryImage[]) => new Set(list.map(({ file }) => patientKey(file)));

describe("the story's images", () => {
  it("are so many patients of each class on each side, at most two images each", () => {
    const picked = pickPatients(images, counts, { seed: 1, taken: new Set() });
    for (const className of ["NORMAL", "PNEUMONIA"]) {
      const own = picked.filter((image) => image.className === className);
      const sides = [...keys(own)].map((key) => assignSplit(key, defaultSalt));
      for (const side of ["train", "validation", "test"] as const)
        expect(sides.filter((item) => item === side)).toHaveLength(counts[side]);
    }
    for (const key of keys(picked))
      expect(picked.filter(({ file }) => patientKey(file) === key).length).toBeLessThanOrEqual(2);
  });

  it("are the same for the same seed, others for another, and never of a patient who was taken", () => {
    const taken = new Set<string>();
    const first = pickPatients(images, counts, { seed: 1, taken });
    expect(pickPatients(images, counts, { seed: 1, taken: new Set() })).toEqual(first);
    expect(pickPatients(images, counts, { seed: 2, taken: new Set() })).not.toEqual(first);
    const second = pickPatients(images, counts, { seed: 1, taken });
    for (const key of keys(second)) expect(keys(first)).not.toContain(key);
    expect(taken.size).toBe(60);
  });

  it("say when there are too few patients", () => {
    expect(() => pickPatients(images, { ...counts, test: 5000 }, { seed: 1, taken: new Set() })).toThrow(
      /only \d+ patients with NORMAL for test/,
    );
  });

  it("are mixed up by patient, a stated share of them", () => {
    const picked = pickPatients(images, counts, { seed: 1, taken: new Set() });
    const wrong = mixUpLabels(picked, 0.5, 1);
    const moved = wrong.filter(({ file, className }) => !file.startsWith(className));
    expect(keys(moved).size).toBe(15);
    const stayed = wrong.filter(({ file, className }) => file.startsWith(className));
    for (const key of keys(moved)) expect(keys(stayed)).not.toContain(key);
    expect(mixUpLabels(picked, 0, 1)).toEqual(picked);
  });
});

describe("the narrator", () => {
  it("records each step with its facts, and the one that broke with its problem", async () => {
    let text = "";
    const narrator = createNarrator((part) => (text += part));
    await narrator.step("First", async (facts) => void Object.assign(facts, { seen: 1 }));
    const broken = narrator.step("Second", async () => expectOutcome(false, "it rained"));
    await expect(broken).rejects.toThrow(StoryBroken);
    expect(narrator.steps).toMatchObject([
      { step: 1, title: "First", ok: true, facts: { seen: 1 } },
      { step: 2, title: "Second", ok: false, problem: "it rained" },
    ]);
    expect(text).toContain("1. First");
    expect(duration(61_400)).toBe("1 min 1 s");
  });
});
