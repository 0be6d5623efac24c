import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { createTranslator } from "use-intl";
import { beforeAll, describe, expect, it } from "vitest";
import type { Locale } from "@/components/i18n/locales";
import { type CaseReport, withoutIdentity } from "@/lib/report/case-report";
import { renderPixels } from "@/lib/report/render-pixels";
import { exampleMap, exampleRadiograph, exampleReport, identifying } from "@/lib/report/report.fixture";
import { fontSubsets, type ReportFonts, runsOf, subsetsFor } from "@/lib/report/report-fonts";
import { type PdfImage, writePdf } from "@/lib/report/write-pdf";
import { readPdfRaw, readPdfText } from "@/lib/testing/read-pdf-text";
import { loadMessages } from "@/messages/load";
import { caseWords } from "./case-words";

const now = new Date("2026-11-21T09:00:00Z");

function fontsOf(weight: number): ReportFonts["regular"] {
  const url = (subset: string) =>
    new URL(
      `../../node_modules/@fontsource/inter/files/inter-${subset}-${weight}-normal.woff`,
      import.meta.url,
    );
  return Object.fromEntries(fontSubsets.map((subset) => [subset, new Uint8Array(readFileSync(url(subset)))]));
}
const fonts = { regular: fontsOf(400), bold: fontsOf(600) };

async function picture(map: ReturnType<typeof exampleMap> | null): Promise<PdfImage> {
  const { rgba, width, height } = renderPixels(exampleRadiograph(400, 300), { longestSide: 400, map });
  const raw = { width, height, channels: 4 } as const;
  return { bytes: new Uint8Array(await sharp(rgba, { raw }).removeAlpha().jpeg().toBuffer()), width, height };
}

let image: PdfImage;
let overlay: PdfImage;
beforeAll(async () => {
  image = await picture(null);
  overlay = await picture(exampleMap());
});

async function pdfOf(report: CaseReport, locale: Locale): Promise<Uint8Array> {
  const messages = await loadMessages(locale);
  const words = caseWords(report, locale, createTranslator({ locale, messages, namespace: "report" }), now);
  const shown = report.outcome === "failed" ? null : image;
  return writePdf({ words, image: shown, overlay: report.prediction && overlay, fonts, createdAt: now });
}

it("tells a case in French, with its typography", async () => {
  const bytes = await pdfOf(withoutIdentity(exampleReport()), "fr");
  const text = readPdfText(bytes);
  // Thin spaces of the words become the font's thin space.
  expect(text).toContain("Lecture d’une radiographie thoracique");
  expect(text).toContain("Probabilité de pneumonie\u2009: 91,3\u2009%");
  expect(text).toContain("Pneumonie suspectée");
  expect(text).toContain("seuil 42\u2009%");
  expect(text).toContain("incertain de 30\u2009% à 60\u2009%");
  expect(text).toContain("Réservé à la recherche. N’est pas un dispositif médical.");
  expect(text.replaceAll("\n", "")).toContain("d1".repeat(32));
  expect(text).not.toContain("\ufffd");
  const raw = readPdfRaw(bytes);
  for (const part of ["/Lang (fr)", "/StructTreeRoot", "/S /Figure", "/S /H1", "/DisplayDocTitle true"]) {
    expect(raw).toContain(part);
  }
  expect(raw.match(/\/Subtype \/Image/g)).toHaveLength(2);
  expect(raw.match(/\/Type \/Page\b/g)).toHaveLength(1);
});

it("names nobody unless asked: not in its text, its pictures' alternatives or its metadata", async () => {
  const secrets = [
    ...Object.values(identifying),
    "Dupont",
    "DUPONT",
    "Élodie",
    "Dupont, Élodie",
    "2021-07-04",
  ];
  const found = (bytes: Uint8Array) => {
    const all = `${readPdfText(bytes)}\n${readPdfRaw(bytes)}`;
    const wide = all.replaceAll("\0", "");
    return secrets.filter((secret) => all.includes(secret) || wide.includes(secret));
  };
  expect(found(await pdfOf(withoutIdentity(exampleReport()), "en"))).toEqual([]);
  const asked = found(await pdfOf(exampleReport(), "en"));
  expect(asked).toEqual(
    expect.arrayContaining(["Dupont, Élodie", identifying.patientId, identifying.accessionNumber]),
  );
});

it("writes names of many scripts, and a mark for what it has no letter for", async () => {
  const base = exampleReport();
  const identity = base.identity && { ...base.identity, patientName: "Łukaszağa^Ήρα Иван Nguyễn 山" };
  const text = readPdfText(await pdfOf({ ...base, identity }, "en")).replaceAll("\n", "");
  expect(text).toContain("Łukaszağa, Ήρα Иван Nguyễn ?");
  expect(subsetsFor(["Nom : Иван"])).toEqual(["latin", "cyrillic"]);
  expect(runsOf("Aż ą 1 %\u2060").map(({ subset, text: part }) => [subset, part])).toEqual([
    ["latin", "A"],
    ["latin-ext", "ż ą "],
    ["latin", "1 %"],
  ]);
});

it("says why there is no probability, and shows none", async () => {
  const refused = exampleReport({
    outcome: "refused",
    prediction: null,
    cautions: [],
    refusal: [{ kind: "colour", value: 0.4, limit: 0.1 }],
  });
  const text = readPdfText(await pdfOf(withoutIdentity(refused), "en"));
  expect(text).toContain("No probability: image refused");
  expect(text).toContain("The image has colours, which a radiograph does not.");
  expect(text).not.toContain("%");
  const failed = exampleReport({
    outcome: "failed",
    prediction: null,
    failure: { code: "IMAGE_CORRUPT", message: `${identifying.fileName} is damaged` },
  });
  expect(readPdfText(await pdfOf(withoutIdentity(failed), "en"))).toContain("Error IMAGE_CORRUPT.");
});

describe.skipIf(spawnSync("pdftotext", ["-v"]).error)("by Poppler", () => {
  it("is one page of A4 whose text can be selected", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "pneumoscope-pdf-"));
    const file = path.join(folder, "case.pdf");
    writeFileSync(file, await pdfOf(exampleReport(), "fr"));
    const info = spawnSync("pdfinfo", [file], { encoding: "utf8" });
    expect(info.stderr).toBe("");
    expect(info.stdout).toMatch(/Tagged: +yes/);
    expect(info.stdout).toMatch(/Pages: +1\n/);
    expect(info.stdout).toContain("(A4)");
    const text = spawnSync("pdftotext", [file, "-"], { encoding: "utf8" }).stdout;
    expect(text).toContain("Pneumonie suspectée");
    expect(text).toContain("Dupont, Élodie");
    rmSync(folder, { recursive: true, force: true });
  });
});
