import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom, restoreRandom } from "./random";

const draws = 20_000;

describe("createRandom", () => {
  it("is xoshiro128**: the published first outputs for the state 1, 2, 3, 4", () => {
    const random = restoreRandom([1, 2, 3, 4]);
    // Also the reference values in rand_xoshiro's tests.
    expect(Array.from({ length: 4 }, () => random.next() * 2 ** 32)).toEqual([11520, 0, 5927040, 70819200]);
  });

  it("fills its state by splitmix32", () => {
    // Seed 42 through a separate transcription, in Python, of splitmix32 in
    // https://github.com/bryc/code/blob/master/jshash/PRNGs.md
    expect(createRandom(42).exportState()).toEqual([551831576, 144025891, 322543647, 3034809370]);
  });

  it("continues from an exported state", () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(50), (seed, skip) => {
        const random = createRandom(seed);
        for (let i = 0; i < skip; i++) random.normal();
        const copy = restoreRandom(JSON.parse(JSON.stringify(random.exportState())));
        const of = (source: typeof random) => [
          source.next(),
          source.normal(),
          source.int(7),
          source.shuffle([1, 2, 3]),
        ];
        expect(of(copy)).toEqual(of(random));
      }),
    );
  });

  it("differs between neighbouring seeds", () => {
    const firsts = new Set(Array.from({ length: 1000 }, (_, seed) => createRandom(seed).next()));
    expect(firsts.size).toBe(1000);
  });

  it("draws uniform numbers and integers, and standard normals", () => {
    const random = createRandom(1);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const uniform = Array.from({ length: draws }, random.next);
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
    expect(mean(uniform)).toBeCloseTo(0.5, 1.7);
    const normal = Array.from({ length: draws }, random.normal);
    expect(mean(normal)).toBeCloseTo(0, 1.3);
    expect(mean(normal.map((value) => value * value))).toBeCloseTo(1, 1.3);
    expect(mean(normal.map((value) => value ** 4))).toBeCloseTo(3, 0.3);
    const counts = [0, 0, 0];
    for (let i = 0; i < draws; i++) {
      const value = random.int(3);
      counts[value] = (counts[value] ?? 0) + 1;
    }
    expect(counts).toHaveLength(3);
    for (const count of counts) expect(count / draws).toBeCloseTo(1 / 3, 1.7);
  });

  it("shuffles every order about equally often, in place", () => {
    const random = createRandom(3);
    const seen = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const items = [1, 2, 3];
      expect(random.shuffle(items)).toBe(items);
      seen.set(items.join(""), (seen.get(items.join("")) ?? 0) + 1);
    }
    expect(seen.size).toBe(6);
    for (const count of seen.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it("refuses what it cannot draw from", () => {
    expect(() => createRandom(1).int(0)).toThrow(RangeError);
    expect(() => createRandom(1).int(1.5)).toThrow(RangeError);
    expect(() => restoreRandom([0, 0, 0, 0])).toThrow(RangeError);
  });
});
