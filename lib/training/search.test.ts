import { describe, expect, it } from "vitest";
import { createRandom } from "@/lib/random";
import type { EpochMetrics } from "./job";
import { bestTrial, isHopeless, rankTrials, searchTable, type Trial } from "./search";
import { gridCandidates, parseSearchSpace, randomCandidate } from "./search-space";
import { searchSpaces } from "./search-spaces";
import { trainingConfig } from "./training-config";

const epochs = 8;

/** Learning curves that rise towards an end of their own, some slowly, with noise. */
function simulatedCurves(seed: number, trials: number): number[][] {
  const random = createRandom(seed);
  return Array.from({ length: trials }, () => {
    const end = 0.9 + 0.09 * random.next();
    const rise = 0.2 + 0.2 * random.next();
    const rate = 0.6 + 0.8 * random.next();
    return Array.from(
      { length: epochs },
      (_, epoch) => end - rise * Math.exp(-rate * (epoch + 1)) + 0.004 * random.normal(),
    );
  });
}

/** What is left of the curves when trials run one after the other under the rule. */
function runUnderRule(curves: number[][]): number[][] {
  const seen: number[][] = [];
  for (const curve of curves) {
    let length = 1;
    while (length < epochs && !isHopeless(seen, curve.slice(0, length))) length++;
    seen.push(curve.slice(0, length));
  }
  return seen;
}

describe("isHopeless", () => {
  it("keeps the best of simulated trials and saves a share of the epochs", () => {
    const searches = 200;
    let [bestKept, lost, spent] = [0, 0, 0];
    for (let seed = 0; seed < searches; seed++) {
      const curves = simulatedCurves(seed, 20);
      const seen = runUnderRule(curves);
      spent += seen.reduce((sum, curve) => sum + curve.length, 0) / (20 * epochs);
      const ends = curves.map((curve) => curve.at(-1) as number);
      const best = Math.max(...ends);
      const found = Math.max(
        ...seen.filter((curve) => curve.length === epochs).map((curve) => curve.at(-1) as number),
      );
      bestKept += found === best ? 1 : 0;
      lost += (best - found) / searches;
    }
    expect(bestKept / searches).toBeGreaterThan(0.97);
    expect(lost).toBeLessThan(0.0001);
    expect(1 - spent / searches).toBeGreaterThan(0.15);
  });

  it("stops nothing before there is enough to compare with", () => {
    const good = [0.9, 0.95];
    const atOnce = { graceEpochs: 1, leastTrials: 3 };
    expect(isHopeless([good, good], [0.1], atOnce)).toBe(false);
    expect(isHopeless([good, good, good], [0.1], atOnce)).toBe(true);
    expect(isHopeless([good, good, good], [0.1])).toBe(false);
    // Only trials that got as far count, with their mean up to there.
    expect(isHopeless([[0.9], [0.9], good], [0.1, 0.2])).toBe(false);
    expect(isHopeless([good, good, good], [0.91, 0.93])).toBe(false);
    expect(isHopeless([good, good, good], [0.9, 0.92])).toBe(true);
  });
});

function trial(number: number, state: Trial["state"], auc: number, loss = 0.3): Trial {
  const epoch = { epoch: 1, auc, val_loss: loss } as EpochMetrics;
  return {
    trial: number,
    values: { learningRate: number / 1000 },
    config: { ...trainingConfig("daily"), epochs: 1 },
    state,
    epochs: [epoch],
    durationMs: 1,
  };
}

describe("rankTrials", () => {
  it("puts finished trials first, by AUC and then by loss, and names no best where none finished", () => {
    const trials = [
      trial(1, "stopped", 0.99),
      trial(2, "finished", 0.9, 0.4),
      trial(3, "finished", 0.9, 0.3),
      trial(4, "diverged", 0.5),
      trial(5, "finished", 0.95),
    ];
    expect(rankTrials(trials).map((item) => item.trial)).toEqual([5, 3, 2, 1, 4]);
    expect(bestTrial(trials)?.trial).toBe(5);
    expect(bestTrial([trial(1, "stopped", 0.99)])).toBeNull();
    expect(searchTable(trials).split("\n")[2]).toBe("| 5 | finished | 1 of 1 | 0.9500 | 0.3000 | 0.005 |");
  });
});

describe("search spaces", () => {
  const space = parseSearchSpace({
    preset: "demo",
    set: ["epochs=4"],
    vary: {
      learningRate: { logUniform: [1e-4, 1e-2], steps: 3 },
      "augmentation.noise": { integers: [0, 2] },
      trainFrom: { values: ["layer4", "fc"] },
    },
  });

  it("has every combination in its grid", () => {
    const grid = gridCandidates(space);
    expect(grid).toHaveLength(3 * 3 * 2);
    expect(new Set(grid.map((item) => JSON.stringify(item.values))).size).toBe(18);
    expect(grid[0]?.values).toEqual({ learningRate: 1e-4, "augmentation.noise": 0, trainFrom: "layer4" });
    expect(grid.at(-1)?.config).toMatchObject({
      learningRate: 0.01,
      epochs: 4,
      trainFrom: "fc",
      augmentation: { noise: 2 },
    });
    expect(grid.map((item) => item.config.learningRate)).toContain(0.001);
  });

  it("draws the same n-th trial for the same seed, inside the space, evenly on the scale", () => {
    const rates = Array.from({ length: 400 }, (_, i) => randomCandidate(space, 1, i + 1).config.learningRate);
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(1e-4);
    expect(Math.max(...rates)).toBeLessThanOrEqual(1e-2);
    const below = rates.filter((rate) => rate < 1e-3).length / rates.length;
    expect(below).toBeGreaterThan(0.42);
    expect(below).toBeLessThan(0.58);
    expect(randomCandidate(space, 1, 3)).toEqual(randomCandidate(space, 1, 3));
    expect(randomCandidate(space, 2, 3).values).not.toEqual(randomCandidate(space, 1, 3).values);
  });

  it.each(Object.keys(searchSpaces))("can use the named space %s", (name) => {
    expect(gridCandidates(parseSearchSpace(searchSpaces[name])).length).toBeGreaterThan(8);
  });

  it.each([
    [{ vary: {} }, "names no value"],
    [{ vary: { epochs: { values: [1, 2] } } }, "“epochs” is the same in every trial"],
    [{ vary: { learningRat: { values: [1] } } }, "learningRat"],
    [{ vary: { learningRate: { uniform: [2, 1] } } }, "2 is not below 1"],
    [{ vary: { learningRate: { logUniform: [0, 1] } } }, "begins above 0"],
    [{ vary: { learningRate: { between: [0, 1] } } }, "learningRate"],
    [{ preset: "weekly", vary: { dropout: { values: [0] } } }, "weekly"],
  ])("refuses %j", (value, reason) => {
    expect(() => parseSearchSpace(value)).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringContaining(reason) }),
    );
  });
});
