import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import dicomParser from "dicom-parser";
import Papa from "papaparse";
import { readingsSchema } from "@/lib/report/list-json";
import { writeRadiographDicom } from "@/lib/testing/dicom/radiograph-dicom";
import { readPdfRaw, readPdfText } from "@/lib/testing/read-pdf-text";
import { drawSyntheticRadiograph } from "@/lib/testing/synthetic-radiograph";
import {
  dropFile,
  dropFiles,
  expect,
  openReading,
  shownProbability,
  type TestFile,
  test,
  verdict,
} from "./journey";
import { pngFile } from "./test-files";

const studyUid = "1.2.826.0.1.3680043.8.498.7001";
const instanceUid = "1.2.826.0.1.3680043.8.498.7003";
const secrets = ["Lefèvre", "LEFEVRE", "Zoé", "IPP-4242", "ACC-7788", studyUid, instanceUid];
const kept = "test-results/reports";

function study(): TestFile {
  const image = drawSyntheticRadiograph({ width: 320, height: 256, seed: 9, pneumonia: true });
  const bytes = writeRadiographDicom(image, [
    ["00080005", "CS", "ISO_IR 192"],
    ["00080018", "UI", instanceUid],
    ["00080050", "SH", "ACC-7788"],
    ["00100010", "PN", new TextEncoder().encode("Lefèvre^Zoé")],
    ["00100020", "LO", "IPP-4242"],
    ["00100030", "DA", "20220115"],
    ["0020000d", "UI", studyUid],
    ["0020000e", "UI", "1.2.826.0.1.3680043.8.498.7002"],
  ]);
  return { name: "LEFEVRE_Zoé.dcm", type: "application/dicom", bytes };
}

const dialog = (page: Page) => page.getByRole("dialog", { name: /^(Export|Exporter)$/ });

async function download(page: Page): Promise<{ name: string; bytes: Uint8Array }> {
  const waiting = page.waitForEvent("download");
  await dialog(page)
    .getByRole("button", { name: /^(Save the file|Enregistrer le fichier)$/ })
    .click();
  const file = await waiting;
  const name = file.suggestedFilename();
  mkdirSync(kept, { recursive: true });
  const target = path.join(kept, name);
  await file.saveAs(target);
  await expect(dialog(page).getByRole("status")).toContainText(name);
  return { name, bytes: new Uint8Array(readFileSync(target)) };
}

function leaks(bytes: Uint8Array, more = ""): string[] {
  const text = `${new TextDecoder().decode(bytes)}\n${Buffer.from(bytes).toString("latin1")}\n${more}`;
  return secrets.filter((secret) => text.includes(secret));
}

function acceptedByDcmtk(command: string, file: string): void {
  const { status, error, stderr } = spawnSync(command, ["-q", path.join(kept, file)], { encoding: "utf8" });
  if (error) return;
  expect([command, status, stderr]).toEqual([command, 0, ""]);
}

test("a case goes out as PDF and DICOM, without names unless asked", async ({ page, record }) => {
  await openReading(page);
  await dropFile(page, study());
  const probability = await shownProbability(page);
  const before = record.requests.length;
  await page.keyboard.press("Shift+S");
  await expect(dialog(page)).toBeVisible();
  await expect(dialog(page).getByRole("checkbox", { name: /Include identity/ })).not.toBeChecked();

  const pdf = await download(page);
  expect(pdf.name).toMatch(/^pneumoscope-001-[0-9a-f]{12}\.pdf$/);
  const text = readPdfText(pdf.bytes);
  expect(text).toContain("Reading of a chest radiograph");
  expect(text).toContain(`${(probability * 100).toFixed(1)}\u2009%`);
  expect(leaks(pdf.bytes, `${text}\n${readPdfRaw(pdf.bytes)}`)).toEqual([]);

  await dialog(page)
    .getByRole("radio", { name: /structured report/ })
    .check();
  const report = await download(page);
  expect(leaks(report.bytes)).toEqual([]);
  acceptedByDcmtk("dsrdump", report.name);

  await dialog(page)
    .getByRole("radio", { name: /secondary capture/ })
    .check();
  await dialog(page)
    .getByRole("checkbox", { name: /Include identity/ })
    .check();
  await expect(dialog(page).getByText("Lefèvre, Zoé")).toBeVisible();
  const capture = await download(page);
  expect(capture.name).toBe("LEFEVRE_Zoé-pneumoscope.sc.dcm");
  const dataset = dicomParser.parseDicom(capture.bytes);
  expect(dataset.string("x0020000d")).toBe(studyUid);
  expect(dataset.string("x00100020")).toBe("IPP-4242");
  // Enlarged for its words, which stand in a strip below the picture.
  expect(dataset.uint16("x00280011")).toBe(640);
  expect(dataset.uint16("x00280010")).toBeGreaterThan(512);
  acceptedByDcmtk("dcmdump", capture.name);

  // What was made was made here: own files were fetched, and nothing was sent.
  for (const request of record.requests.slice(before)) {
    expect(request.method(), request.url()).toBe("GET");
    expect(new URL(request.url()).pathname).toMatch(
      /^\/(_next\/static\/|runtime\/|api\/models\/current$)|^[0-9a-f-]+$/,
    );
  }
});

test("a list goes out as CSV and JSON, with what failed in it", async ({ page }) => {
  const broken: TestFile = {
    name: "=cmd.png",
    type: "image/png",
    bytes: new TextEncoder().encode("no image"),
  };
  await openReading(page);
  await dropFiles(page, [study(), pngFile(71), broken]);
  await expect(page.locator("[data-count=failed]")).toHaveText(/1$/);
  const results = page.locator("[data-count=pneumonia], [data-count=normal], [data-count=uncertain]");
  await expect
    .poll(async () =>
      (await results.allInnerTexts()).reduce((sum, text) => sum + Number(/\d+$/.exec(text)?.[0]), 0),
    )
    .toBe(2);
  await page.getByRole("button", { name: "Export" }).click();
  await dialog(page).getByRole("radio", { name: /^List/ }).check();

  const csv = await download(page);
  const rows = Papa.parse<Record<string, string>>(new TextDecoder().decode(csv.bytes), {
    header: true,
    skipEmptyLines: true,
  }).data;
  expect([...csv.bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  expect(rows.map((row) => row.outcome)).toEqual(["ok", "ok", "failed"]);
  expect(leaks(csv.bytes)).toEqual([]);
  expect(Number(rows[0]?.probability)).toBeGreaterThan(0);

  await dialog(page)
    .getByRole("checkbox", { name: /Include identity/ })
    .check();
  const named = new TextDecoder().decode((await download(page)).bytes);
  expect(named).toContain("Lefèvre^Zoé");
  expect(named).toContain("'=cmd.png");

  await dialog(page).getByRole("radio", { name: /JSON/ }).check();
  const file = readingsSchema.parse(JSON.parse(new TextDecoder().decode((await download(page)).bytes)));
  expect(file.includesIdentity).toBe(true);
  expect(file.readings[0]?.identity?.patientId).toBe("IPP-4242");
});

test("in French, printed, and seen in both widths", async ({ page }) => {
  await page
    .context()
    .addCookies([{ name: "locale", value: "fr", url: test.info().project.use.baseURL as string }]);
  await openReading(page);
  await dropFile(page, study());
  await expect(verdict(page)).toBeVisible();
  await page.getByRole("button", { name: "Exporter" }).click();
  await expect(dialog(page)).toBeVisible();
  mkdirSync("test-results/screens", { recursive: true });
  for (const size of [
    { width: 1440, height: 900 },
    { width: 390, height: 844 },
  ]) {
    await page.setViewportSize(size);
    await page.waitForTimeout(250);
    await page.screenshot({ path: `test-results/screens/export-${size.width}.png` });
    const overflow = await dialog(page).evaluate((node) => node.scrollWidth - node.clientWidth);
    expect(overflow).toBeLessThanOrEqual(0);
  }
  const { violations } = await new AxeBuilder({ page }).include("[role=dialog]").analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  const pdf = await download(page);
  expect(readPdfText(pdf.bytes)).toContain("Lecture d’une radiographie thoracique");

  // What Ctrl P prints: one page of paper, made by the browser itself.
  await page.setViewportSize({ width: 1440, height: 900 });
  const printed = await page.pdf({ format: "A4", printBackground: false });
  writeFileSync(path.join(kept, "printed.pdf"), printed);
  const readable = spawnSync("pdftotext", [path.join(kept, "printed.pdf"), "-"], { encoding: "utf8" });
  if (!readable.error) {
    expect(readable.stdout).toContain("Lecture d’une radiographie thoracique");
    expect(readable.stdout).toContain("Réservé à la recherche");
    expect(secrets.filter((secret) => readable.stdout.includes(secret))).toEqual([]);
  }
  expect(printed.toString("latin1").match(/\/Type \/Page\b/g)).toHaveLength(1);
});
