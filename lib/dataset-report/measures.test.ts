import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { patientKey } from "@/lib/dataset/patient-key";
import { createRandom } from "@/lib/random";
import { imageToModelGray } from "@/lib/xray/model-gray";
import { describeDistribution } from "./distribution";
import { measureDrift } from "./drift";
import { measuredSize, measureImage } from "./image-measures";
import { detailCorrelation, localDetail } from "./local-detail";
import { candidateRadius, isNearDuplicate } from "./pairs";
import { hashBits, hashDistance, nearPairs, packHashes, perceptualHash } from "./perceptual-hash";
import { drawnGray } from "./report.fixture";

const hashOf = (gray: Uint8Array) => perceptualHash(gray, measuredSize);

function likeness(a: Uint8Array, b: Uint8Array) {
  return {
    distance: hashDistance(hashOf(a), hashOf(b)),
    correlation: detailCorrelation(localDetail(a, measuredSize), localDetail(b, measuredSize)),
  };
}

/** Resized, its brightness scaled, and compressed again. */
async function copyOf(
  picture: Sharp,
  { side, brightness, quality }: { side: number; brightness: number; quality: number },
): Promise<Uint8Array> {
  const jpeg = await picture
    .clone()
    .resize(side, side, { fit: "fill" })
    .linear(brightness, 0)
    .jpeg({ quality })
    .toBuffer();
  return imageToModelGray(jpeg, measuredSize);
}

const pictureOf = (gray: Uint8Array) =>
  sharp(Buffer.from(gray), { raw: { width: measuredSize, height: measuredSize, channels: 1 } });

const copies = fc.record({
  side: fc.integer({ min: 112, max: 448 }),
  brightness: fc.double({ min: 0.95, max: 1.05, noNaN: true }),
  quality: fc.integer({ min: 40, max: 95 }),
});

describe("perceptualHash", () => {
  it("does not change with brightness and contrast", () => {
    const gray = drawnGray(1);
    for (const change of [(v: number) => v * 0.6, (v: number) => v * 0.5 + 40, (v: number) => 0.7 * v + 20])
      expect(hashDistance(hashOf(gray), hashOf(gray.map((v) => Math.round(change(v)))))).toBeLessThan(10);
  });

  it("finds every pair within a radius, as comparing the bits one by one does", () => {
    const random = createRandom(3);
    const digits = () => Array.from({ length: 64 }, () => random.int(16).toString(16)).join("");
    const hashes = Array.from({ length: 40 }, digits);
    const bits = hashes.map((hash) =>
      [...hash].map((digit) => Number.parseInt(digit, 16).toString(2).padStart(4, "0")).join(""),
    );
    const expected = bits.flatMap((a, first) =>
      bits.slice(first + 1).flatMap((b, offset) => {
        const distance = [...a].filter((bit, at) => bit !== b[at]).length;
        return distance <= 120 ? [{ first, second: first + 1 + offset, distance }] : [];
      }),
    );
    expect(expected.length).toBeGreaterThan(20);
    const packed = packHashes(hashes);
    expect(nearPairs(packed, 120)).toEqual(expected);
    expect([...nearPairs(packed, 120, 0, 11), ...nearPairs(packed, 120, 11)]).toEqual(expected);
    expect(hashDistance("0".repeat(64), "f".repeat(64))).toBe(hashBits);
    expect(() => packHashes(["abc"])).toThrow(RangeError);
  });
});

describe("a near duplicate", () => {
  it("is a drawn radiograph that was resized, brightened and compressed", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 500 }), copies, async (seed, change) => {
        const gray = drawnGray(seed);
        expect(isNearDuplicate(likeness(gray, await copyOf(pictureOf(gray), change)))).toBe(true);
      }),
      { numRuns: 8 },
    );
  });

  it("is none of two drawn radiographs of different patients", () => {
    const grays = Array.from({ length: 80 }, (_, seed) => drawnGray(seed, 64));
    const hashes = packHashes(grays.map(hashOf));
    const details = grays.map((gray) => localDetail(gray, measuredSize));
    const candidates = nearPairs(hashes, candidateRadius);
    expect(candidates.length).toBeGreaterThan(0);
    for (const { first, second, distance } of candidates) {
      const correlation = detailCorrelation(details[first] as Float32Array, details[second] as Float32Array);
      expect(isNearDuplicate({ distance, correlation }), `${first} and ${second}`).toBe(false);
    }
  });

  it("is not seen in images without detail", () => {
    const blank = new Uint8Array(measuredSize ** 2).fill(7);
    expect(
      likeness(
        blank,
        blank.map(() => 9),
      ).correlation,
    ).toBe(0);
  });
});

describe("measureImage", () => {
  it("has the levels' moments and percentiles", () => {
    const gray = Uint8Array.from({ length: measuredSize ** 2 }, (_, at) => at % 200);
    const { hash, ...measures } = measureImage(gray, { rows: 10, columns: 20 });
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(measures).toMatchObject({ p1: 1, p5: 9, p50: 99, p95: 189, p99: 197, rows: 10, columns: 20 });
    expect(measures.mean).toBeCloseTo(99.4, 0);
    expect(measures.std).toBeCloseTo(Math.sqrt((200 ** 2 - 1) / 12), 0);
  });
});

describe("measureDrift", () => {
  const normal = (seed: number, count: number, shift = 0) => {
    const random = createRandom(seed);
    return Array.from({ length: count }, () => random.normal() + shift);
  };

  // python3: expected shares 0.1 each, actual 0.05 twice and 0.1125 eight times over the deciles; Σ (q − p) ln(q / p)
  it("is Σ (q − p) ln(q / p) over the deciles", () => {
    const before = Array.from({ length: 10_000 }, (_, at) => (at + 0.5) / 10_000);
    const after = before.flatMap((value) => Array.from({ length: value < 0.2 ? 4 : 9 }, () => value));
    expect(measureDrift(before, after).psi).toBeCloseTo(0.0811, 2);
  });

  it("calls the same distribution stable, small or large, and a shift major", () => {
    for (const count of [30, 300, 3000]) {
      for (let seed = 0; seed < 20; seed++)
        expect(measureDrift(normal(seed, 1000), normal(seed + 100, count)).level).toBe("stable");
    }
    expect(measureDrift(normal(1, 1000), normal(2, 300, 0.35))).toMatchObject({ level: "moderate" });
    const far = measureDrift(normal(1, 1000), normal(2, 100, 1));
    expect(far).toMatchObject({ level: "major" });
    // Two unit normals one apart: largest difference 2Φ(0.5) − 1 = 0.383.
    expect(far.ks).toBeCloseTo(0.383, 1);
  });

  it("sees values where there were none before, also of a constant measure", () => {
    const same = new Array<number>(200).fill(224);
    expect(measureDrift(same, same)).toMatchObject({ level: "stable", psi: 0, ks: 0 });
    for (const other of [200, 300])
      expect(measureDrift(same, new Array<number>(200).fill(other))).toMatchObject({ level: "major", ks: 1 });
    expect(() => measureDrift([], [1])).toThrow(RangeError);
  });
});

describe("describeDistribution", () => {
  it("counts every value once and does not depend on the order", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 60 }), (values) => {
        const distribution = describeDistribution(values);
        expect(distribution.histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(values.length);
        expect(describeDistribution([...values].reverse())).toEqual(distribution);
        expect(distribution.quantiles[0]).toBe(Math.min(...values));
        expect(distribution.quantiles.at(-1)).toBe(Math.max(...values));
      }),
      { numRuns: 40 },
    );
  });
});

const data = path.join(process.env.PNEUMOSCOPE_DATA ?? "../shared/data", "chest-xray", "train");
describe.skipIf(!existsSync(data))("real radiographs", () => {
  const names = ["NORMAL", "PNEUMONIA"].flatMap((className) => {
    const files = readdirSync(path.join(data, className)).sort();
    const patients = new Map(files.map((name) => [patientKey(name), path.join(data, className, name)]));
    return [...patients.values()].slice(0, 40);
  });

  it("are near duplicates of their copies, and not of other patients", async () => {
    const grays = await Promise.all(names.map((name) => imageToModelGray(readFileSync(name), measuredSize)));
    expect(grays).toHaveLength(80);
    expect(nearPairs(packHashes(grays.map(hashOf)), candidateRadius)).toEqual([]);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 79 }), copies, async (at, change) => {
        const copy = await copyOf(sharp(names[at]), change);
        expect(isNearDuplicate(likeness(grays[at] as Uint8Array, copy))).toBe(true);
      }),
      { numRuns: 8 },
    );
  });
});
