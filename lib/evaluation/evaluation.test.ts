import { describe, expect, it } from "vitest";
import { createRandom } from "@/lib/random";
import { documentDigest, evaluationDocumentSchema } from "./document";
import { digestOfCases, evaluateReadings, type Reading } from "./evaluate-readings";
import { writeHtml } from "./write-html";

const conditions = ["brighter by 40", "blurred"];
const weightsDigest = `sha256:${"a".repeat(64)}` as const;
const model = { version: "v7", weightsDigest, temperature: 2, threshold: 0.4 };
const set = { name: "<b>other & site</b>", digest: weightsDigest, unreadable: 1 };

/** 60 images of 30 patients; five images, two of them pneumonia, would be refused. */
function drawReadings(): Reading[] {
  const random = createRandom(5);
  return Array.from({ length: 60 }, (_, i): Reading => {
    const label = i % 2 === 0 ? 1 : 0;
    const name = label === 1 ? `person${i}_${i % 4 === 0 ? "virus" : "bacteria"}_1` : `IM-${i}-0001`;
    const logit = 2.5 * (2 * label - 1) + 2 * random.normal();
    return {
      caseId: `${label}/${name}.png`,
      patientId: `patient ${i >> 1}`,
      label,
      logit,
      perturbedLogits: [logit, -logit],
      refusedFor: i % 12 === 3 || i === 0 ? (i % 2 === 0 ? "unlike-training" : "colour") : null,
    };
  });
}

const request = { model, set, engine: "wasm", conditions, bootstrapResamples: 50 };
const document = evaluateReadings({ ...request, readings: drawReadings() });

describe("an evaluation document", () => {
  it("fits its schema, and is the same for readings in another order", () => {
    expect(evaluationDocumentSchema.parse(JSON.parse(JSON.stringify(document)))).toEqual(document);
    const again = evaluateReadings({ ...request, readings: createRandom(1).shuffle(drawReadings()) });
    expect(documentDigest(again)).toBe(documentDigest(document));
    const [first, ...others] = drawReadings();
    const changed = [{ ...(first as Reading), logit: -9 }, ...others];
    expect(documentDigest(evaluateReadings({ ...request, readings: changed }))).not.toBe(
      documentDigest(document),
    );
  });

  it("counts what the page would refuse and gives the figures without it", () => {
    const { refused, all } = document;
    expect(refused).toMatchObject({ images: 6, positives: 1, byReason: { "unlike-training": 1, colour: 5 } });
    expect(refused?.without).toMatchObject({ n: 54, positives: 29 });
    expect(refused?.without.sensitivity).not.toEqual(all.sensitivity);
    const nobodyAsked = drawReadings().map(({ refusedFor: _, ...reading }) => reading);
    expect(evaluateReadings({ ...request, readings: nobodyAsked }).refused).toBeNull();
  });

  it("has the same figures in its table, its curves and its first condition", () => {
    const { all, curves, conditions: rows, subgroups } = document;
    const { truePositives, falseNegatives, falsePositives, trueNegatives } = all.confusion;
    expect(all.sensitivity.value).toBeCloseTo(truePositives / (truePositives + falseNegatives), 12);
    const atThreshold = curves.roc.filter((point) => (point.threshold ?? 1) >= model.threshold).at(-1);
    expect(atThreshold?.truePositiveRate).toBeCloseTo(all.sensitivity.value ?? Number.NaN, 12);
    expect(atThreshold?.falsePositiveRate).toBeCloseTo(falsePositives / (falsePositives + trueNegatives), 12);
    expect(rows.map((row) => row.condition)).toEqual(["as it is", ...conditions]);
    expect(rows[0]?.auc.value).toBeCloseTo(all.auc.value ?? Number.NaN, 12);
    expect(rows[1]).toEqual({ ...rows[0], condition: "brighter by 40" });
    expect(rows[2]?.auc.value).toBeCloseTo(1 - (all.auc.value ?? Number.NaN), 12);
    expect(subgroups.map(({ name, images }) => [name, images])).toEqual([
      ["bacteria", 15],
      ["virus", 15],
    ]);
    for (const { value, low, high } of [all.averagePrecision, all.brier]) {
      expect(low).toBeLessThanOrEqual(value ?? Number.NaN);
      expect(high).toBeGreaterThanOrEqual(value ?? Number.NaN);
    }
  });

  it("refuses a logit that is no number, and a perturbed one that is missing", () => {
    const broken = drawReadings().map((reading) => ({ ...reading, perturbedLogits: [1] }));
    expect(() => evaluateReadings({ ...request, readings: broken })).toThrow(/NaN/);
    const infinite = drawReadings().map((reading) => ({ ...reading, logit: Number.POSITIVE_INFINITY }));
    expect(() => evaluateReadings({ ...request, readings: infinite })).toThrow(/Infinity/);
  });

  it("has a digest of its images, patients and labels alone", () => {
    const cases = drawReadings().map((reading, i) => ({
      ...reading,
      digest: `sha256:${i.toString(16).padStart(64, "0")}` as const,
    }));
    expect(digestOfCases([...cases].reverse())).toBe(digestOfCases(cases));
    expect(digestOfCases(cases.map((item) => ({ ...item, logit: 0 })))).toBe(digestOfCases(cases));
    expect(digestOfCases(cases.map((item) => ({ ...item, patientId: "one" })))).not.toBe(
      digestOfCases(cases),
    );
  });
});

it("the report draws three charts, fetches nothing, runs nothing and escapes names", async () => {
  const html = await writeHtml(document);
  expect(html.match(/<svg /g)).toHaveLength(3);
  expect(html).toContain("&lt;b&gt;other &amp; site&lt;/b&gt;");
  expect(html).not.toMatch(/<script|<link|<img|@import|url\(|<b>other/);
  expect(html.replace(/xmlns(:xlink)?="[^"]*"/g, "")).not.toMatch(/https?:/);
  expect(html).not.toMatch(/NaN|undefined|Infinity/);
  expect(html).toContain(documentDigest(document));
  // Numbers of the document stand in the table, and colours come from the theme.
  expect(html).toContain(`<td>${(document.all.auc.value ?? 0).toFixed(4)}</td>`);
  expect(html).toMatch(/stroke="var\(--accent\)"/);
});

it("the report says what was not measured", async () => {
  const readings = drawReadings().map(({ refusedFor: _, perturbedLogits: __, ...reading }) => ({
    ...reading,
    caseId: reading.caseId.replace("_virus_", "_").replace("_bacteria_", "_"),
  }));
  const html = await writeHtml(evaluateReadings({ ...request, conditions: [], readings }));
  for (const words of ["Not asked.", "Not measured.", "The files name no subgroups."])
    expect(html).toContain(words);
});

it("gives F1 and the Brier score intervals as large sample theory has them", () => {
  const random = createRandom(3);
  const readings = Array.from({ length: 600 }, (_, at) => {
    const label = at % 3 === 0 ? (1 as const) : (0 as const);
    return {
      caseId: `${at}`,
      patientId: `${at}`,
      label,
      logit: 1.5 * (2 * label - 1) + 1.5 * random.normal(),
    };
  });
  const threshold = 0.5;
  const { all } = evaluateReadings({
    model: { version: null, weightsDigest: `sha256:${"0".repeat(64)}`, temperature: 1, threshold },
    set: { name: "test", digest: `sha256:${"1".repeat(64)}`, unreadable: 0 },
    engine: "wasm",
    readings,
  });
  const cases = readings.map(({ label, logit }) => {
    const probability = 1 / (1 + Math.exp(-logit));
    return { label, called: Number(probability >= threshold), loss: (probability - label) ** 2 };
  });
  const rootOfSquares = (values: number[]) =>
    Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  const brier = all.brier.value ?? 0;
  const brierDeviation = rootOfSquares(cases.map(({ loss }) => loss - brier)) / cases.length;
  // F1 is a ratio of sums, 2·TP to called + positives: the deviation of a ratio, by the delta method.
  const f1 = all.f1.value ?? 0;
  const weight = cases.reduce((sum, { label, called }) => sum + label + called, 0);
  const f1Deviation = rootOfSquares(
    cases.map(({ label, called }) => (2 * label * called - f1 * (label + called)) / weight),
  );
  for (const [{ low, high }, value, deviation] of [
    [all.brier, brier, brierDeviation],
    [all.f1, f1, f1Deviation],
  ] as const) {
    expect(Math.abs(((low ?? 0) - (value - 1.96 * deviation)) / deviation)).toBeLessThan(0.25);
    expect(Math.abs(((high ?? 0) - (value + 1.96 * deviation)) / deviation)).toBeLessThan(0.25);
  }
});
