import { describe, expect, it } from "vitest";
import { createRandom } from "@/lib/random";
import { compare } from "../compare";
import type { Contender } from "../contender";
import { defaultPolicy } from "../policy";
import { applyRules } from "../rules";
import { simulationChart } from "./chart";
import { fastFigures, type PlacedModel, placeModel } from "./fast-figures";
import { schemes } from "./schemes";
import {
  defaultScoreModel,
  drawHeldOutImages,
  drawModelNoise,
  type HeldOutImages,
  logitOf,
  modelOf,
} from "./score-model";
import { simulatePromotions } from "./simulate";
import { simulationTables } from "./tables";

const policy = { ...defaultPolicy, subgroups: [], requiredChecks: [] };

/** The predictions that the product would have of a simulated model. */
function contenderOf(heldOut: HeldOutImages, model: PlacedModel): Contender {
  const probability = (score: number) => 1 / (1 + Math.exp(-logitOf(score, model, heldOut.options)));
  return {
    predictions: [...model.scores].map((score, at) => ({
      caseId: `case-${String(at).padStart(4, "0")}`,
      patientId: `patient-${heldOut.patientOf[at]}`,
      split: "test",
      label: heldOut.labels[at] as 0 | 1,
      logit: logitOf(score, model, heldOut.options),
    })),
    temperature: 1,
    threshold: probability(model.threshold),
  };
}

describe("the fast path", () => {
  it("has the product's figures, and so its decisions", () => {
    const random = createRandom(3);
    for (let trial = 0; trial < 12; trial++) {
      const heldOut = drawHeldOutImages({ ...defaultScoreModel, images: 160, patients: 110 }, random);
      const [reference, champion, challenger] = [0.9, 0.93, 0.93 + 0.005 * trial].map((auc) =>
        placeModel(heldOut, modelOf(heldOut, auc, drawModelNoise(heldOut, random))),
      ) as [PlacedModel, PlacedModel, PlacedModel];
      // Ties within and across the classes.
      if (trial % 3 === 0) {
        for (const model of [champion, challenger])
          Object.assign(
            model,
            placeModel(heldOut, { ...model, scores: model.scores.map((x) => Math.round(4 * x) / 4) }),
          );
      }
      const fast = fastFigures(heldOut, champion, challenger, reference, policy);
      const slow = compare(
        {
          champion: contenderOf(heldOut, champion),
          challenger: contenderOf(heldOut, challenger),
          reference: contenderOf(heldOut, reference),
        },
        policy,
      );
      expect(flatten(fast)).toEqual(flatten(slow));
      for (const level of [0.001, 0.05, 0.4]) {
        const statuses = (figures: typeof fast) =>
          applyRules(figures, policy, { level }).map((rule) => rule.status);
        expect(statuses(fast)).toEqual(statuses(slow));
      }
    }
  });

  function flatten(figures: object, prefix = ""): [string, unknown][] {
    return Object.entries(figures).flatMap(([key, value]): [string, unknown][] =>
      value !== null && typeof value === "object"
        ? flatten(value, `${prefix}${key}.`)
        : [[prefix + key, typeof value === "number" ? Number(value.toPrecision(9)) : value]],
    );
  }
});

describe("the simulation", () => {
  const options = { histories: 40, days: 30, seed: 5, firstAuc: 0.96 };
  const report = simulatePromotions(options);

  it("repeats itself for a seed", () => {
    const small = { ...options, histories: 3, days: 5 };
    expect(simulatePromotions(small)).toEqual(simulatePromotions(small));
  });

  it("finds the policy within its budget and the plain rule far outside", () => {
    expect(report.withinBudget).toBe(true);
    expect(report.falsePromotionRate).toBeLessThanOrEqual(report.budget);
    expect(report.falsePromotions.at(-1)?.decider).toBe("accuracy higher");
    expect(report.plainRuleFalsePromotionRate).toBeGreaterThan(0.8);
    const ends = report.drift.slice(0, 5).map((row) => row.mean.at(-1) as number);
    expect(ends[0]).toBeGreaterThan(0.9595);
    expect(ends.at(-1)).toBeLessThan(0.9595);
  });

  it("finds more of larger gains, and fewer late", () => {
    const at = (gainPoints: number, looksBefore: number) =>
      report.power.find(
        (row) =>
          row.decider === report.falsePromotions[0]?.decider &&
          row.gainPoints === gainPoints &&
          row.looksBefore === looksBefore,
      )?.within7Looks ?? Number.NaN;
    expect(Object.keys(report.powerByGain)).toEqual(["1", "2", "3"]);
    expect(report.powerByGain[3]).toBeGreaterThanOrEqual(at(3, 0));
    expect(at(3, 0)).toBeGreaterThan(0.8);
    expect(at(3, 0)).toBeGreaterThanOrEqual(at(2, 0));
    expect(at(2, 0)).toBeGreaterThan(at(1, 0));
    expect(at(2, 0)).toBeGreaterThanOrEqual(at(2, 100));
  });

  it("is told as tables and as a picture that closes what it opens", () => {
    const text = simulationTables(report);
    for (const scheme of schemes) expect(text).toContain(`| ${scheme.name} |`);
    const svg = simulationChart(report);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(svg.match(/<polyline/g)).toHaveLength(9);
    for (const tag of ["g", "text", "svg"])
      expect(svg.match(new RegExp(`<${tag}[ >]`, "g"))?.length).toBe(
        svg.match(new RegExp(`</${tag}>`, "g"))?.length,
      );
  });
});
