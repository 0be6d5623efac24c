import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundledEntry } from "@/lib/node/testing/bundled-entry";
import { writeRadiographDicom } from "@/lib/testing/dicom/radiograph-dicom";
import { projectFolder } from "./cli/project-folder";

const [width, height] = [6, 4];
const levels = Uint8Array.from({ length: width * height }, (_, at) => at * 10);
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "inspect-"));
  const dicom = writeRadiographDicom({ width, height, data: levels }, [
    ["00100010", "PN", "Secret^Person"],
    ["00100020", "LO", "ID-4711"],
    ["00100030", "DA", "19700131"],
    ["00281052", "DS", "-100"],
    ["00281053", "DS", "0.5"],
    ["00281050", "DS", "300\\500"],
    ["00281051", "DS", "800\\900"],
  ]);
  const picture = sharp(levels, { raw: { width, height, channels: 1 } }).toColourspace("b-w");
  const inner = new ZipWriter(new Uint8ArrayWriter());
  await inner.add("study/IM1", new Uint8ArrayReader(dicom));
  await inner.add("study/DICOMDIR", new Uint8ArrayReader(new Uint8Array(300)));
  await inner.add("study/locked.dcm", new Uint8ArrayReader(dicom), { password: "p" });
  mkdirSync(path.join(folder, "ward"));
  const files = {
    "ward/a.dcm": dicom,
    "ward/b.tif": await picture.clone().tiff({ compression: "lzw" }).toBuffer(),
    "ward/broken.dcm": dicom.slice(0, 400),
    "ward/notes": "text",
    "study.zip": new Uint8Array(await inner.close()),
  };
  for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(folder, name), bytes);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function inspect(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bundledEntry("scripts/inspect"), ...args], {
    cwd: projectFolder,
    env: { ...process.env, INIT_CWD: folder },
    encoding: "utf8",
  });
  return { exitCode: status, stdout, stderr };
}

describe("npm run inspect", () => {
  it("prints one JSON object a line for files, folders and archives, and no name of a person", () => {
    const { exitCode, stdout, stderr } = inspect("--json", "ward", "study.zip", "absent.dcm");
    expect(exitCode).toBe(1);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ file, status }) => `${file} ${status}`)).toEqual([
      "ward/a.dcm ok",
      "ward/b.tif ok",
      "ward/broken.dcm error",
      "study.zip/study/IM1 ok",
      "study.zip/study/locked.dcm error",
      "absent.dcm error",
    ]);
    const expected = {
      format: "DICOM",
      transferSyntax: "1.2.840.10008.1.2.1",
      modality: "DX",
      view: "PA",
      rows: height,
      columns: width,
      bitsStored: 12,
      photometric: "MONOCHROME2",
      window: { center: 300, width: 800 },
      min: -100,
      max: 230 * 8 - 100,
      mean: 115 * 8 - 100,
      frame: 1,
      frames: 1,
      reason: null,
    };
    expect(lines[0]).toMatchObject(expected);
    expect(lines[3]).toMatchObject(expected);
    expect(lines[1]).toMatchObject({
      ...expected,
      format: "TIFF",
      transferSyntax: null,
      modality: null,
      view: null,
      bitsStored: 8,
      window: null,
      min: 0,
      max: 230,
      mean: 115,
    });
    expect(lines[2]).toMatchObject({ rows: null, window: null, reason: expect.stringMatching(/\S/) });
    expect(lines[4].reason).toContain("password-protected");
    expect(lines[5].reason).toContain("does not exist");
    for (const line of lines) expect(Object.keys(line)).toEqual(Object.keys(lines[0]));
    expect(stderr).toMatch(/^2 files were passed over/);
    expect(stdout + stderr).not.toMatch(/Secret|4711|1970/);
  });

  it("prints a table, and exits 0 where all were read", () => {
    const { exitCode, stdout, stderr } = inspect("ward/a.dcm", "ward/b.tif");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const [head, first, second] = stdout.split("\n");
    expect(head).toMatch(/^modality +view +rows.*file$/);
    expect(first).toMatch(/^DX +PA +4 +6 +12 +MONOCHROME2 +300 \/ 800 +-100 +1740 .*ward\/a\.dcm$/);
    expect(second).toMatch(/^TIFF .*ward\/b\.tif$/);
  });

  it("explains itself, and frames that are not there", () => {
    const none = inspect("--frame", "0", "ward/a.dcm");
    expect([none.exitCode, none.stderr]).toEqual([1, expect.stringContaining("counted from 1")]);
    const second = inspect("--json", "--frame", "2", "ward/a.dcm");
    expect([second.exitCode, JSON.parse(second.stdout).reason]).toEqual([
      1,
      expect.stringContaining("no frame 2"),
    ]);
    expect(inspect("--help").stdout).toMatch(/folders and ZIP archives[\s\S]*--frame/);
  });
});
