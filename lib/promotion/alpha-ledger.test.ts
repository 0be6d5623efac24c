import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { levelOfLook, nextLevel, type SpentLook, spentLevels } from "./alpha-ledger";
import { defaultPolicy, parsePolicy, policyDigest, promotionPolicySchema } from "./policy";

const rules = fc.record({
  budget: fc.double({ min: 0.001, max: 0.5, noNaN: true }),
  halfSpentAfterLooks: fc.integer({ min: 1, max: 500 }),
});

describe("the ledger", () => {
  it("never spends more than the largest budget it was given, whatever policies follow each other", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(rules, fc.integer({ min: 1, max: 40 })), { maxLength: 8 }), (periods) => {
        const spent: SpentLook[] = [];
        for (const [policy, looks] of periods) {
          for (let look = 0; look < looks; look++) {
            const before = spentLevels(spent);
            const level = nextLevel(spent, policy);
            expect(level).toBeGreaterThanOrEqual(0);
            if (level > 0) expect(before + level).toBeLessThanOrEqual(policy.budget + 1e-12);
            spent.push({ level });
          }
        }
        const largest = Math.max(0, ...periods.map(([policy]) => policy.budget));
        expect(spentLevels(spent)).toBeLessThanOrEqual(largest + 1e-12);
      }),
    );
  });

  it("gives falling levels that add up to budget · K / (K + h)", () => {
    fc.assert(
      fc.property(rules, fc.integer({ min: 1, max: 400 }), (policy, looks) => {
        let sum = 0;
        let before = 1;
        for (let look = 1; look <= looks; look++) {
          const level = levelOfLook(look, policy);
          expect(level).toBeLessThan(before);
          before = level;
          sum += level;
        }
        expect(sum).toBeCloseTo((policy.budget * looks) / (looks + policy.halfSpentAfterLooks), 12);
      }),
    );
    const { ledger } = defaultPolicy;
    const half = Array.from({ length: ledger.halfSpentAfterLooks }, (_, at) => levelOfLook(at + 1, ledger));
    expect(half.reduce((sum, level) => sum + level)).toBeCloseTo(ledger.budget / 2, 12);
    expect(() => levelOfLook(0, ledger)).toThrow(/look 0/);
  });

  it("gives nothing once the budget is gone", () => {
    expect(nextLevel([{ level: 0.05 }], { budget: 0.05, halfSpentAfterLooks: 50 })).toBe(0);
    expect(nextLevel([{ level: 0.2 }], { budget: 0.05, halfSpentAfterLooks: 50 })).toBe(0);
  });
});

describe("the policy", () => {
  it("has a digest of what it says and not of how it is written", () => {
    const shuffled = Object.fromEntries(Object.entries(defaultPolicy).reverse());
    const read = parsePolicy(JSON.stringify(shuffled, null, 4), "policy.json");
    expect(policyDigest(read)).toBe(policyDigest(defaultPolicy));
    expect(policyDigest({ ...defaultPolicy, mode: "review" })).not.toBe(policyDigest(defaultPolicy));
    expect(promotionPolicySchema.parse(defaultPolicy)).toEqual(defaultPolicy);
  });

  it.each([
    ["no JSON", "{", /policy\.json is not JSON/],
    ["a field too many", JSON.stringify({ ...defaultPolicy, lenient: true }), /lenient/],
    [
      "a budget of 0",
      JSON.stringify({ ...defaultPolicy, ledger: { budget: 0, halfSpentAfterLooks: 5 } }),
      /budget/,
    ],
  ])("refuses %s", (_, text, message) => {
    expect(() => parsePolicy(text, "policy.json")).toThrow(message);
  });
});
