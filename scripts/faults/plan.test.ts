import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runStages } from "@/lib/run-search/run-states";
import { callbackFaults, type Fault, faultStages, killTargets, moments, planCells, planTrial } from "./plan";

const trials = 200;
const faultsOf = (seed: number) =>
  Array.from({ length: trials }, (_, index) => planTrial(seed, index).faults);

function stageOf(fault: Fault | undefined): string | undefined {
  return fault && "at" in fault && "stage" in fault.at ? fault.at.stage : undefined;
}

describe("the plans of 200 trials", () => {
  it("hold every stage × moment × process that is killed, and every stage × other fault", () => {
    expect(planCells).toBeLessThanOrEqual(trials);
    fc.assert(
      fc.property(fc.nat(1_000_000), (seed) => {
        const plans = faultsOf(seed);
        const has = (is: (first: Fault, all: Fault[]) => boolean) =>
          plans.some((all) => all[0] && is(all[0], all));
        for (const stage of faultStages) {
          for (const moment of moments)
            for (const target of ["web", "trainer", "database"])
              expect(
                has(
                  (fault) =>
                    fault.kind === "kill" &&
                    fault.target === target &&
                    "moment" in fault.at &&
                    fault.at.moment === moment &&
                    fault.at.stage === stage,
                ),
              ).toBe(true);
          for (const target of ["web and database", "everything"])
            expect(
              has((fault) => fault.kind === "kill" && fault.target === target && stageOf(fault) === stage),
            ).toBe(true);
          for (const disk of ["files", "database"])
            expect(
              has((fault) => fault.kind === "disk full" && fault.disk === disk && stageOf(fault) === stage),
            ).toBe(true);
          for (const direction of [1, -1])
            expect(
              has(
                (fault) =>
                  fault.kind === "clock" && Math.sign(fault.days) === direction && stageOf(fault) === stage,
              ),
            ).toBe(true);
          expect(has((fault) => fault.kind === "second scheduler" && stageOf(fault) === stage)).toBe(true);
        }
        for (const stage of runStages.slice(0, -1))
          expect(has((fault) => fault.kind === "cancel" && stageOf(fault) === stage)).toBe(true);
        for (const job of ["train", "evaluate"])
          for (const target of killTargets.slice(0, 4))
            expect(
              has(
                (fault) =>
                  fault.kind === "kill" &&
                  fault.target === target &&
                  "job" in fault.at &&
                  fault.at.job === job,
              ),
            ).toBe(true);
        for (const kind of callbackFaults)
          expect(
            has((fault, all) => fault.kind === "callbacks" && fault.fault === kind && all.length === 1),
          ).toBe(true);
        expect(plans.some((all) => all[0]?.kind === "second scheduler" && all[1]?.kind === "kill")).toBe(
          true,
        );
        expect(plans.some((all) => all[0]?.kind === "kill" && all[1]?.kind === "kill")).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it("follow from seed and index alone, and differ between seeds", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(1000), (seed, index) => {
        expect(planTrial(seed, index)).toEqual(planTrial(seed, index));
      }),
    );
    expect(faultsOf(1)).not.toEqual(faultsOf(2));
  });
});
