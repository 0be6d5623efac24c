import Papa from "papaparse";
import { createTranslator } from "use-intl";
import { expect, it } from "vitest";
import { exampleReading } from "@/components/worklist/reading.fixture";
import { caseReportOf, isReportable } from "@/lib/browser/report/case-report-of";
import { exampleManifest } from "@/lib/manifest/manifest.fixture";
import { caseReportSchema } from "@/lib/report/case-schema";
import { writeStructuredReport } from "@/lib/report/dicom/structured-report";
import { writeReadingsCsv } from "@/lib/report/list-csv";
import { exampleFacts, exampleRadiograph, identifying } from "@/lib/report/report.fixture";
import { loadMessages } from "@/messages/load";
import { caseWords } from "./case-words";
import { exportName, kindsOf, obstacle, partsOf } from "./export-choice";

const manifest = exampleManifest();
const now = new Date("2026-11-21T09:00:00Z");
const { values: _, voi: __, presets: ___, ...imageFacts } = exampleRadiograph();
const done = exampleReading({
  name: identifying.fileName,
  folder: identifying.folder,
  step: "done",
  digest: `sha256:${"9a".repeat(32)}`,
  facts: { ...imageFacts, dicom: exampleFacts() },
  readAt: "2026-11-21T08:59:00.000Z",
  readBy: { modelVersion: manifest.version, serial: 2, manifestDigest: "sha256:m", backend: "wasm" },
  prediction: { probability: 0.9 },
});
const told = (reading: typeof done, includeIdentity: boolean) =>
  caseReportOf(reading, 7, { manifests: new Map([["sha256:m", manifest]]), includeIdentity, now });

it("tells a reading with the version that read it, and names nobody unless asked", () => {
  const report = caseReportSchema.parse(told(done, false));
  expect(report).toMatchObject({
    number: 7,
    outcome: "ok",
    readAt: "2026-11-21T08:59:00.000Z",
    file: { format: "DICOM", width: 128, frame: 1, synthetic: false },
    prediction: { probability: 0.9, uncertainBand: { low: 0.3, high: 0.6 } },
    model: { version: "v2", weightsDigest: manifest.weights.digest, heldOutPatients: 8 },
    identity: null,
  });
  const text = JSON.stringify(report);
  expect(Object.values(identifying).filter((secret) => text.includes(secret))).toEqual([]);
  expect(caseReportSchema.parse(told(done, true)).identity).toMatchObject({
    fileName: identifying.fileName,
    patientName: identifying.patientName,
    studyUid: identifying.studyUid,
  });
});

it("tells that the version was revoked, in JSON, CSV and words, and makes no measurement report of it", async () => {
  const { reason, revokedAt } = { reason: "mislabelled", revokedAt: "2026-11-21T08:30:00.000Z" };
  const reading = {
    ...done,
    revoked: {
      version: "v2",
      serial: 2,
      manifestDigest: "sha256:m",
      weightsDigest: "sha256:w",
      reason,
      revokedAt,
    } as const,
  };
  const report = caseReportSchema.parse(told(reading, false));
  expect(report.model?.revoked).toEqual({ reason, revokedAt });
  expect(told(done, false).model?.revoked).toBeNull();
  const csv = writeReadingsCsv([report, told(done, false)], { includeIdentity: false, byteOrderMark: false });
  const rows = Papa.parse<Record<string, string>>(csv.trim(), { header: true }).data;
  expect(rows.map((row) => [row.model_revoked, row.revocation_reason])).toEqual([
    ["true", reason],
    ["false", ""],
  ]);
  const messages = await loadMessages("en");
  const words = caseWords(
    report,
    "en",
    createTranslator({ locale: "en", messages, namespace: "report" }),
    now,
  );
  expect(words.verdict.heading).toContain("revoked");
  expect(words.warnings[0]).toMatch(/^Revoked: model version v2.*mislabelled/);
  expect(obstacle("structured-report", reading, true)).toBe("notValid");
  await expect(
    writeStructuredReport(report, {
      language: "en",
      disclaimer: "x",
      now,
      wasDicom: false,
      facts: null,
    }),
  ).rejects.toThrow("revoked");
});

it("tells readings of a version whose manifest is gone, of failed files and of refused ones", () => {
  const lost = { ...done, readBy: done.readBy && { ...done.readBy, manifestDigest: "sha256:other" } };
  expect(caseReportSchema.parse(told(lost, false)).model).toMatchObject({
    version: "v2",
    weightsDigest: null,
  });
  const failed = exampleReading({
    step: "failed",
    failure: { code: "IMAGE_CORRUPT", message: `${identifying.fileName} is damaged` },
  });
  const report = caseReportSchema.parse(told(failed, false));
  expect(report).toMatchObject({ outcome: "failed", prediction: null, failure: { message: null } });
  expect(report.readAt).toBe(now.toISOString());
  const refused = exampleReading({ step: "refused", refusal: [{ kind: "shape", value: 4, limit: 2 }] });
  expect(caseReportSchema.parse(told(refused, false))).toMatchObject({
    outcome: "refused",
    prediction: null,
  });
  expect([done, failed, refused].every(isReportable)).toBe(true);
  expect((["queued", "decoding", "cancelled"] as const).some((step) => isReportable({ ...done, step }))).toBe(
    false,
  );
});

it("names a file after the image only with identity, and without what a disk refuses", () => {
  expect(exportName("pdf", told(done, false), now)).toBe("pneumoscope-007-9a9a9a9a9a9a.pdf");
  expect(exportName("pdf", told(done, true), now)).toBe("DUPONT_Élodie thorax-pneumoscope.pdf");
  const nasty = told({ ...done, name: 'a/b\\c:"x"?.dcm' }, true);
  expect(exportName("structured-report", nasty, now)).toBe("a_b_c__x__-pneumoscope.sr.dcm");
  expect(exportName("csv", null, now)).toBe("pneumoscope-2026-11-21.csv");
});

it("says of every kind that the patient is in it or left out, never both or neither", () => {
  for (const kind of [...kindsOf.case, ...kindsOf.list]) {
    for (const includeIdentity of [true, false]) {
      for (const isDicom of [true, false]) {
        const { contains, leftOut } = partsOf(kind, { includeIdentity, hasMap: true, isDicom });
        const places = [contains, leftOut].filter((parts) => parts.includes("partPatient"));
        expect(places).toHaveLength(1);
        if (!includeIdentity) expect(leftOut).toEqual(expect.arrayContaining(["partPatient", "partStudy"]));
      }
    }
  }
});

it("offers no measurement without a probability and no picture without an image", () => {
  const refused = exampleReading({ step: "refused" });
  expect(obstacle("structured-report", refused, true)).toBe("noProbability");
  expect(obstacle("structured-report", done, false)).toBeNull();
  expect(obstacle("secondary-capture", done, false)).toBe("notShown");
  expect(obstacle("pdf", exampleReading({ step: "failed" }), false)).toBeNull();
});
