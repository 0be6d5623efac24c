import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type DataSet, parseDicom } from "dicom-parser";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderPixels } from "../render-pixels";
import { exampleFacts, exampleMap, exampleRadiograph, exampleReport, identifying } from "../report.fixture";
import { writeSecondaryCapture } from "./secondary-capture";
import { type DicomReportOptions, writeStructuredReport } from "./structured-report";
import { randomUid, uidFromName } from "./uid";
import { writeDicom } from "./write-dicom";

const disclaimer = "Réservé à la recherche : n’est pas un dispositif médical.";

function optionsWith(changes: Partial<DicomReportOptions>): DicomReportOptions {
  return {
    facts: exampleFacts(),
    wasDicom: true,
    language: "fr",
    disclaimer,
    now: new Date("2026-11-21T09:00:00Z"),
    ...changes,
  };
}

const derivation = "Windowed; map laid over";
const pixels = renderPixels(exampleRadiograph(129, 97), { longestSide: 512, map: exampleMap() });
const capture = (options: DicomReportOptions) =>
  writeSecondaryCapture(exampleReport(), pixels, { ...options, derivation });
const structured = (options: DicomReportOptions) => writeStructuredReport(exampleReport(), options);

function utf8(dataset: DataSet, tag: string): string | undefined {
  const element = dataset.elements[tag];
  if (!element) return undefined;
  const bytes = dataset.byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/[ \0]+$/, "");
}

function items(dataset: DataSet, tag: string): DataSet[] {
  return (dataset.elements[tag]?.items ?? []).flatMap((item) => (item.dataSet ? [item.dataSet] : []));
}

function codeOf(dataset: DataSet, tag: string): string | undefined {
  const [code] = items(dataset, tag);
  return code && `${utf8(code, "x00080102")} ${utf8(code, "x00080100")}`;
}

/** The content tree, a line per item: depth, relationship, type, concept = value. */
function contentTree(dataset: DataSet, depth = 0): string[] {
  return items(dataset, "x0040a730").flatMap((item) => {
    const name = codeOf(item, "x0040a043") ?? "-";
    const line = `${"  ".repeat(depth)}${utf8(item, "x0040a010")} ${utf8(item, "x0040a040")} ${name}${shownValue(item)}`;
    return [line, ...contentTree(item, depth + 1)];
  });
}

function shownValue(item: DataSet): string {
  const [measured] = items(item, "x0040a300");
  const [image] = items(item, "x00081199");
  if (measured) return ` = ${utf8(measured, "x0040a30a")} ${codeOf(measured, "x004008ea")}`;
  if (image) return ` = ${utf8(image, "x00081155")}`;
  const code = codeOf(item, "x0040a168");
  if (code) return ` = ${code}`;
  if (item.elements.x0040a160) return ` = ${utf8(item, "x0040a160")}`;
  return "";
}

describe("structured report", () => {
  it("is the tree of TID 1500, with what was computed in it", async () => {
    const dataset = parseDicom(await structured(optionsWith({})));
    expect(codeOf(dataset, "x0040a043")).toBe("DCM 126000");
    const [template] = items(dataset, "x0040a504");
    expect(template && [utf8(template, "x00080105"), utf8(template, "x0040db00")]).toEqual(["DCMR", "1500"]);
    expect(contentTree(dataset)).toEqual([
      "HAS CONCEPT MOD CODE DCM 121049 = RFC5646 fr",
      "HAS OBS CONTEXT CODE DCM 121005 = DCM 121007",
      "HAS OBS CONTEXT UIDREF DCM 121012",
      "HAS OBS CONTEXT TEXT DCM 121013 = Pneumoscope",
      "HAS OBS CONTEXT TEXT DCM 121014 = Pneumoscope",
      "HAS OBS CONTEXT TEXT DCM 121015 = Pneumoscope model v2",
      "HAS CONCEPT MOD CODE DCM 121058 = SCT 399208008",
      "CONTAINS CONTAINER DCM 111028",
      "  CONTAINS CONTAINER DCM 126200",
      "    HAS ACQ CONTEXT CODE DCM 121139 = DCM DX",
      `    CONTAINS IMAGE - = ${identifying.instanceUid}`,
      "CONTAINS CONTAINER DCM 126010",
      "  HAS CONCEPT MOD TEXT DCM 111001 = Pneumoscope ResNet-18 chest radiograph classifier",
      "  HAS CONCEPT MOD TEXT DCM 111003 = v2",
      "  HAS CONCEPT MOD TEXT DCM 111002 = serial=2",
      `  HAS CONCEPT MOD TEXT DCM 111002 = manifest=sha256:${"d1".repeat(32)}`,
      `  HAS CONCEPT MOD TEXT DCM 111002 = weights=sha256:${"a".repeat(64)}`,
      "  HAS CONCEPT MOD TEXT DCM 111002 = threshold=0.42",
      "  HAS CONCEPT MOD TEXT DCM 111002 = uncertain band=0.3..0.6",
      "  HAS CONCEPT MOD TEXT DCM 111002 = logit=2.8251",
      "  HAS CONCEPT MOD TEXT DCM 111002 = backend=wasm",
      "  CONTAINS CONTAINER DCM 125007",
      "    HAS OBS CONTEXT TEXT DCM 112039 = Pneumonia, image 5c5c5c5c5c5c",
      "    HAS OBS CONTEXT UIDREF DCM 112040",
      "    CONTAINS CODE DCM 121071 = SCT 233604007",
      "    HAS CONCEPT MOD CODE SCT 363698007 = SCT 39607008",
      "    CONTAINS NUM DCM 111012 = 91.3400 UCUM %",
      "      HAS CONCEPT MOD TEXT DCM 121050 = Calibrated probability of pneumonia",
      `      INFERRED FROM IMAGE DCM 121112 = ${identifying.instanceUid}`,
      "    CONTAINS NUM 99PNEUMOSCOPE threshold = 42.0000 UCUM %",
      "    CONTAINS CODE SCT 408729009 = SCT 415684004",
      "      HAS CONCEPT MOD CODE 99PNEUMOSCOPE uncertain = SCT 373067005",
      `    CONTAINS TEXT DCM 121106 = ${disclaimer}`,
      "    CONTAINS TEXT DCM 121106 = Outside what the model was made for: view LL",
      `    CONTAINS TEXT 99PNEUMOSCOPE file-digest = sha256:${"5c".repeat(32)}`,
    ]);
  });

  it("joins the source's study, unverified, in UTF-8", async () => {
    const dataset = parseDicom(await structured(optionsWith({})));
    const told = {
      x00080005: "ISO_IR 192",
      x00080016: "1.2.840.10008.5.1.4.1.1.88.33",
      x00080060: "SR",
      x00100010: identifying.patientName,
      x00100020: identifying.patientId,
      x00100030: identifying.birthDate,
      x00100040: "F",
      x0020000d: identifying.studyUid,
      x00080050: identifying.accessionNumber,
      x00080090: identifying.referringPhysician,
      x00200010: identifying.studyId,
      x0040a491: "COMPLETE",
      x0040a493: "UNVERIFIED",
    };
    for (const [tag, value] of Object.entries(told)) expect(utf8(dataset, tag), tag).toBe(value);
    const [evidence] = items(dataset, "x0040a375");
    const [series] = evidence ? items(evidence, "x00081115") : [];
    const [instance] = series ? items(series, "x00081199") : [];
    expect(evidence && utf8(evidence, "x0020000d")).toBe(identifying.studyUid);
    expect(series && utf8(series, "x0020000e")).toBe(identifying.seriesUid);
    expect(instance && utf8(instance, "x00081155")).toBe(identifying.instanceUid);
    // A series of its own.
    expect(utf8(dataset, "x0020000e")).not.toBe(identifying.seriesUid);
  });

  it("says not suspected below the threshold, and that a probability lies in the band", async () => {
    const base = exampleReport();
    const below = exampleReport({
      prediction: base.prediction && {
        ...base.prediction,
        label: "NORMAL",
        probability: 0.35,
        uncertain: true,
      },
    });
    const tree = contentTree(parseDicom(await writeStructuredReport(below, optionsWith({}))));
    expect(tree).toContain("    CONTAINS CODE SCT 408729009 = SCT 428263003");
    expect(tree).toContain("      HAS CONCEPT MOD CODE 99PNEUMOSCOPE uncertain = SCT 373066001");
  });

  it("measures nothing where there is no probability", async () => {
    const refused = exampleReport({ outcome: "refused", prediction: null });
    await expect(writeStructuredReport(refused, optionsWith({}))).rejects.toThrow(RangeError);
  });
});

describe("secondary capture", () => {
  it("holds the picture, says what was done to it and from which image", async () => {
    const dataset = parseDicom(await capture(optionsWith({})));
    expect([dataset.uint16("x00280010"), dataset.uint16("x00280011"), dataset.uint16("x00280002")]).toEqual([
      97, 129, 3,
    ]);
    expect(utf8(dataset, "x00082111")).toBe(derivation);
    expect(utf8(dataset, "x00280301")).toBe("YES");
    expect(utf8(dataset, "x00080064")).toBe("WSD");
    const [source] = items(dataset, "x00082112");
    expect(source && utf8(source, "x00081155")).toBe(identifying.instanceUid);
    const element = dataset.elements.x7fe00010;
    // 129 × 97 × 3 is odd.
    expect(element?.length).toBe(129 * 97 * 3 + 1);
    const at = (element?.dataOffset ?? 0) + (40 * 129 + 90) * 3;
    const from = (40 * 129 + 90) * 4;
    expect([...dataset.byteArray.subarray(at, at + 3)]).toEqual([...pixels.rgba.subarray(from, from + 3)]);
  });
});

describe("without identity", () => {
  it.each([
    ["structured report", structured],
    ["secondary capture", capture],
  ])("%s names nobody, in no byte, and is a study of its own", async (_, write) => {
    const bytes = await write(optionsWith({ facts: null }));
    const text = new TextDecoder("latin1").decode(bytes);
    const utf8Text = new TextDecoder().decode(bytes);
    const secrets = [...Object.values(identifying), "Dupont", "DUPONT", "Élodie", "Martin"];
    expect(secrets.filter((secret) => text.includes(secret) || utf8Text.includes(secret))).toEqual([]);
    const dataset = parseDicom(bytes);
    expect(utf8(dataset, "x0020000d")).toMatch(/^2\.25\.\d{20,39}$/);
    // Type 2: there, and empty.
    for (const tag of ["x00100010", "x00100030", "x00100040", "x00080050", "x00080090"]) {
      expect(utf8(dataset, tag), tag).toBe("");
    }
    expect(utf8(dataset, "x00120062")).toBe("YES");
    expect(dataset.elements.x0040a375 ?? dataset.elements.x00082112).toBeUndefined();
  });

  it("puts both objects of one file in one study, and files apart", async () => {
    const options = optionsWith({ facts: null });
    const studyOf = async (bytes: Promise<Uint8Array>) => utf8(parseDicom(await bytes), "x0020000d");
    const own = await studyOf(structured(options));
    expect(await studyOf(capture(options))).toBe(own);
    const base = exampleReport();
    const other = exampleReport({ file: { ...base.file, digest: `sha256:${"77".repeat(32)}` } });
    expect(await studyOf(writeStructuredReport(other, options))).not.toBe(own);
  });

  it("is how a file that is not DICOM is written", async () => {
    const dataset = parseDicom(await structured(optionsWith({ facts: null, wasDicom: false })));
    expect(utf8(dataset, "x00100010")).toBe("");
    expect(utf8(dataset, "x0020000d")).toMatch(/^2\.25\./);
    expect(dataset.elements.x00120062).toBeUndefined();
    expect(contentTree(dataset).join("\n")).not.toContain("IMAGE");
  });
});

describe("parts", () => {
  it("makes UIDs of UUIDs", () => {
    const uids = [randomUid(), randomUid(), uidFromName("a"), uidFromName("b")];
    expect(new Set(uids).size).toBe(4);
    for (const uid of uids) {
      expect(uid.length).toBeLessThanOrEqual(44);
      expect((BigInt(uid.slice(5)) >> 62n) & 3n).toBe(2n);
    }
    expect((BigInt(randomUid().slice(5)) >> 76n) & 15n).toBe(4n);
    expect(uidFromName("a")).toBe(uidFromName("a"));
  });

  it("refuses what would be dropped or cut silently", async () => {
    await expect(writeDicom({ SOPClassUID: "1.2", PatientNmae: "x" })).rejects.toThrow("PatientNmae");
    await expect(writeDicom({ SOPClassUID: "1.2", StudyID: "12345678901234567" })).rejects.toThrow("16");
    const item = { CodeValue: "x".repeat(17) };
    await expect(writeDicom({ SOPClassUID: "1.2", ConceptNameCodeSequence: [item] })).rejects.toThrow("16");
  });

  it("writes hostile and over-long identity in a readable file", async () => {
    const facts = exampleFacts();
    facts.identity = {
      patientName: "山田^太郎",
      patientId: `a\\b${"9".repeat(80)}`,
      birthDate: "not a date",
    };
    facts.reference.accessionNumber = "A".repeat(40);
    const dataset = parseDicom(await structured(optionsWith({ facts })));
    expect(utf8(dataset, "x00100010")).toBe("山田^太郎");
    expect(utf8(dataset, "x00100020")).toBe(`a/b${"9".repeat(61)}`);
    expect(utf8(dataset, "x00100030")).toBe("");
    expect(utf8(dataset, "x00080050")).toBe("A".repeat(16));
  });
});

const present = (command: string) => spawnSync(command, ["--version"]).error === undefined;
let folder = "";
const files: Record<string, string> = {};

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "pneumoscope-report-"));
  const variants = {
    joined: optionsWith({}),
    own: optionsWith({ facts: null }),
    "not-dicom": optionsWith({ facts: null, wasDicom: false, language: "en" }),
  };
  for (const [name, options] of Object.entries(variants)) {
    files[`sr-${name}`] = path.join(folder, `sr-${name}.dcm`);
    files[`sc-${name}`] = path.join(folder, `sc-${name}.dcm`);
    writeFileSync(files[`sr-${name}`] as string, await structured(options));
    writeFileSync(files[`sc-${name}`] as string, await capture(options));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!present("dsrdump"))("by DCMTK", () => {
  it("dcmdump parses every file without a complaint", () => {
    for (const file of Object.values(files)) {
      const { status, stderr } = spawnSync("dcmdump", ["-q", file], { encoding: "utf8" });
      expect([status, stderr], file).toEqual([0, ""]);
    }
  });

  it("dsrdump accepts the structured report and prints it", () => {
    const { status, stdout, stderr } = spawnSync("dsrdump", ["+Pc", "+U8", files["sr-joined"] as string], {
      encoding: "utf8",
    });
    // DCMTK says of UTF-8 that its checker of text does not know it; anything else counts.
    expect(stderr.split("\n").filter((line) => line && !line.includes("ISO_IR 192"))).toEqual([]);
    expect(status).toBe(0);
    expect(stdout).toContain(
      '<contains NUM:(111012,DCM,"Certainty of Finding")="91.3400" (%,UCUM,"Percent")>',
    );
    expect(stdout).toContain('=(415684004,SCT,"Suspected")>');
    expect(stdout).toContain("UNVERIFIED");
    expect(spawnSync("dsrdump", [files["sr-own"] as string]).status).toBe(0);
  });

  it.skipIf(!present("dcmj2pnm") && !present("dcm2img"))("decodes the picture's own pixels", async () => {
    const command = present("dcm2img") ? "dcm2img" : "dcmj2pnm";
    const target = path.join(folder, "sc.png");
    execFileSync(command, [command === "dcm2img" ? "+on" : "+on", files["sc-joined"] as string, target]);
    const { data, info } = await sharp(target).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([129, 97]);
    const own = Uint8Array.from(
      { length: data.length },
      (_, at) => pixels.rgba[Math.floor(at / 3) * 4 + (at % 3)] ?? 0,
    );
    expect(Buffer.compare(data, own)).toBe(0);
  });
});

describe.skipIf(!present("dciodvfy"))("by dciodvfy", () => {
  it("finds no error in any object", () => {
    const complaints = Object.entries(files).flatMap(([name, file]) => {
      const { stdout, stderr } = spawnSync("dciodvfy", [file], { encoding: "utf8" });
      const lines = `${stdout}\n${stderr}`.split("\n");
      expect(
        lines.some((line) => /ComprehensiveSR|SCImage/.test(line)),
        name,
      ).toBe(true);
      // Our own coding scheme is named in the file, which the checker does not look at.
      return lines
        .filter((line) => /^(Error|Warning)/.test(line) && !line.includes("<99PNEUMOSCOPE>"))
        .map((line) => `${name}: ${line}`);
    });
    expect(complaints).toEqual([]);
  });
});
