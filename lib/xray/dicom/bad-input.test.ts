import { deflateRaw } from "pako";
import { describe, expect, it } from "vitest";
import { PneumoscopeError } from "@/lib/errors";
import { joinBytes } from "@/lib/join-bytes";
import {
  type DicomElement,
  type DicomFileParts,
  type Fragments,
  writeDicom,
} from "@/lib/testing/dicom/write-dicom";
import { decodeRadiograph } from "../decode-radiograph";
import { decodeRle } from "./decode-rle";
import { encapsulate, encodeHtj2k, encodeJpeg2000, encodeJpegLs, encodeWithDcmjs } from "./encoders.fixture";
import { makeValidFiles, mutatedFile, tryFile } from "./fuzz.fixture";
import { inflateBounded } from "./inflate-bounded";
import { describeSource, nativeBytes, sources } from "./sources.fixture";
import { syntaxCases } from "./syntax-cases.fixture";

const explicit = "1.2.840.10008.1.2.1";
const family = "1.2.840.10008.1.2.4";
const { gray8, gray12, frames12 } = sources;

async function failure(bytes: Uint8Array): Promise<PneumoscopeError> {
  try {
    await decodeRadiograph(bytes);
  } catch (error) {
    if (error instanceof PneumoscopeError) return error;
    throw error;
  }
  throw new Error("expected the file to be refused");
}

/** A radiograph of 12 bits, with other attributes or other pixel data. */
function changed(more: DicomElement[], parts: Partial<DicomFileParts> = {}): Uint8Array {
  return writeDicom({
    syntax: explicit,
    elements: describeSource(gray12, more),
    pixels: { vr: "OW", bytes: nativeBytes(gray12) },
    ...parts,
  });
}

const withoutPixels = (elements: DicomElement[], syntax = explicit) => writeDicom({ syntax, elements });

describe("a file that is cut off", () => {
  const one = syntaxCases.filter(
    ({ needsDcmtk, source }, n, all) =>
      !needsDcmtk && source.samples === 1 && all.findIndex(({ uid }) => uid === syntaxCases[n]?.uid) <= n,
  );
  const perSyntax = [...new Map(one.map((syntaxCase) => [syntaxCase.uid, syntaxCase])).values()];

  it.each(perSyntax.map((syntaxCase) => [syntaxCase.uid, syntaxCase] as const))(
    "%s",
    async (_, { write }) => {
      const file = await write();
      const codes = new Set<string>();
      // The last 10 bytes can be padding and the delimiter of the last fragment, which no pixel needs.
      for (let length = 134; length < file.length - 10; length += 1 + Math.floor(file.length / 60)) {
        const { code, message } = await failure(file.slice(0, length));
        codes.add(code === "IMAGE_CORRUPT" ? message : code);
      }
      // Before any pixel data, it is a file without an image.
      codes.delete("DICOM_WITHOUT_IMAGE");
      expect([...codes]).toEqual(["IMAGE_TRUNCATED"]);
    },
  );
});

describe("a file without an image", () => {
  it.each([
    ["a DICOMDIR", "1.2.840.10008.1.3.10", /DICOMDIR/],
    ["a structured report", "1.2.840.10008.5.1.4.1.1.88.22", /structured report/],
    ["an encapsulated PDF", "1.2.840.10008.5.1.4.1.1.104.1", /document/],
    ["a presentation state", "1.2.840.10008.5.1.4.1.1.11.1", /presentation state/],
    ["anything else", "1.2.3", /no pixel data/],
  ])("%s", async (_, uid, message) => {
    const error = await failure(withoutPixels([["00080016", "UI", uid]]));
    expect(error).toMatchObject({ code: "DICOM_WITHOUT_IMAGE", message });
  });

  it.each([
    ["pixel data left out", withoutPixels(describeSource(gray12)), /no pixel data/],
    ["empty pixel data", changed([], { pixels: { vr: "OW", bytes: new Uint8Array(0) } }), /no pixel data/],
    ["zero frames", changed([["00280008", "IS", "0"]]), /zero frames/],
    ["no rows", changed([["00280010", "US", []]]), /rows/],
  ])("%s", async (_, file, message) => {
    expect(await failure(file)).toMatchObject({ code: "DICOM_WITHOUT_IMAGE", message });
  });
});

describe("a transfer syntax that is not read", () => {
  it.each([
    [`${family}.100`, /MPEG2 Main Profile/],
    [`${family}.92`, /Part 2 Multi-component/],
    [`${family}.110`, /JPEG XL Lossless/],
    ["1.2.3.4.5", /unknown/],
  ])("%s is named, with a way out", async (uid, name) => {
    const error = await failure(changed([], { syntax: uid }));
    expect(error).toMatchObject({ code: "DICOM_SYNTAX_UNSUPPORTED", message: name });
    expect(error.message).toContain(`(${uid})`);
    expect(error.message).toContain("Explicit VR Little Endian");
  });
});

describe("sizes that lie", () => {
  it.each([
    ["more rows than data", changed([["00280010", "US", [gray12.rows + 1]]]), "IMAGE_TRUNCATED"],
    ["more frames than data", changed([["00280008", "IS", "2"]]), "IMAGE_TRUNCATED"],
    ["zero columns", changed([["00280011", "US", [0]]]), "IMAGE_CORRUPT"],
    [
      "65,535 × 65,535",
      changed([
        ["00280010", "US", [65_535]],
        ["00280011", "US", [65_535]],
      ]),
      "IMAGE_TOO_LARGE",
    ],
    ["more bits stored than allocated", changed([["00280101", "US", [17]]]), "IMAGE_CORRUPT"],
    ["a high bit out of reach", changed([["00280102", "US", [5]]]), "IMAGE_CORRUPT"],
    ["12 bits allocated", changed([["00280100", "US", [12]]]), "IMAGE_UNSUPPORTED"],
    ["three samples of gray", changed([["00280002", "US", [3]]]), "IMAGE_CORRUPT"],
    ["an unknown photometric interpretation", changed([["00280004", "CS", "CMYK"]]), "IMAGE_UNSUPPORTED"],
    ["a palette that is not there", changed([["00280004", "CS", "PALETTE COLOR"]]), "IMAGE_CORRUPT"],
    ["a number of frames that is none", changed([["00280008", "IS", "many"]]), "IMAGE_CORRUPT"],
    [
      "a rescale slope that is no number",
      changed([
        ["00281052", "DS", "0"],
        ["00281053", "DS", "1,5"],
      ]),
      "IMAGE_CORRUPT",
    ],
  ])("%s", async (_, file, code) => {
    const before = process.memoryUsage().arrayBuffers;
    expect((await failure(file)).code).toBe(code);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10e6);
  });

  it("that differ between the file and its codestream", async () => {
    const coded = await encodeJpeg2000(nativeBytes(gray12), gray12);
    const pixels: Fragments = { frames: [[coded]], offsets: "empty" };
    const syntax = `${family}.90`;
    for (const more of [
      ["00280010", "US", [46]],
      ["00280002", "US", [3]],
    ] as DicomElement[]) {
      const rgb: DicomElement[] = more[0] === "00280002" ? [["00280004", "CS", "RGB"]] : [];
      const error = await failure(changed([more, ...rgb], { syntax, pixels }));
      expect(error).toMatchObject({ code: "IMAGE_CORRUPT", message: /JPEG 2000 data 61 × 47 of 1 × 12/ });
    }
    const wrongCodec = changed([], { syntax: `${family}.80`, pixels });
    expect(await failure(wrongCodec)).toMatchObject({ code: "IMAGE_CORRUPT" });
    const native = changed([], { syntax: `${family}.80` });
    expect(await failure(native)).toMatchObject({ code: "IMAGE_CORRUPT", message: /fragments/ });
  });

  it("of fragments and frames", async () => {
    const coded = await encodeJpegLs(nativeBytes(gray12), gray12);
    const fragments = (frames: Uint8Array[][], more: DicomElement[] = []) =>
      changed(more, { syntax: `${family}.80`, pixels: { frames, offsets: "empty" } });
    const two: DicomElement[] = [["00280008", "IS", "2"]];
    expect(await failure(fragments([[coded]], two))).toMatchObject({
      code: "IMAGE_TRUNCATED",
      message: /2 frames/,
    });
    const garbage = fragments([[Uint8Array.of(1, 2)], [Uint8Array.of(3, 4)], [coded]], two);
    expect(await failure(garbage)).toMatchObject({ code: "IMAGE_CORRUPT", message: /told apart/ });
    expect((await failure(fragments([[]]))).code).toBe("IMAGE_TRUNCATED");
  });
});

describe("run lengths", () => {
  const header = (...offsets: number[]) => {
    const view = new DataView(new ArrayBuffer(64));
    view.setUint32(0, offsets.length, true);
    for (const [n, offset] of offsets.entries()) view.setUint32(4 + n * 4, offset, true);
    return new Uint8Array(view.buffer);
  };
  const rle = (packed: number[], ...offsets: number[]) =>
    joinBytes([header(...offsets), Uint8Array.from(packed)]);

  it("give bytes, repeats and nothing", () => {
    expect([...decodeRle(rle([1, 5, 6, 128, 256 - 2, 9], 64), 5, 1, 1)]).toEqual([5, 6, 9, 9, 9]);
  });

  it.each([
    ["a run past the end of its segment", rle([9, 1, 2], 64), 20, "IMAGE_TRUNCATED"],
    ["a repeat without its byte", rle([1, 1, 1, 256 - 3], 64), 6, "IMAGE_TRUNCATED"],
    ["more than the frame holds", rle([256 - 9, 1], 64), 4, "IMAGE_CORRUPT"],
    ["less than the frame holds", rle([1, 1, 1, 128], 64), 4, "IMAGE_TRUNCATED"],
    ["far less than the frame holds", rle([1, 1], 64), 1e9, "IMAGE_TRUNCATED"],
    ["a segment inside the header", rle([1, 1, 1], 12), 2, "IMAGE_CORRUPT"],
    ["a segment past the end", rle([1, 1, 1], 4000), 2, "IMAGE_CORRUPT"],
    ["another number of segments", rle([1, 1, 1], 64, 66), 2, "IMAGE_CORRUPT"],
    ["half a header", new Uint8Array(20), 2, "IMAGE_TRUNCATED"],
  ])("refuse %s", (_, bytes, pixels, code) => {
    expect(() => decodeRle(bytes, pixels, 1, 1)).toThrow(expect.objectContaining({ code }));
  });
});

describe("what would take the tab down", () => {
  it("a deflate bomb costs no memory", () => {
    const bomb = deflateRaw(new Uint8Array(8e6), { level: 9 });
    expect(bomb.length).toBeLessThan(10_000);
    const before = process.memoryUsage().arrayBuffers;
    expect(() => inflateBounded(bomb, 4 * 1024 * 1024)).toThrow(
      expect.objectContaining({ code: "IMAGE_TOO_LARGE", message: expect.stringContaining("4 MiB") }),
    );
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(6e6);
    expect(inflateBounded(bomb).length).toBe(8e6);
  });

  it("sequences in sequences without end", async () => {
    const opening = Uint8Array.of(
      0x08,
      0,
      0x40,
      0x11,
      0x53,
      0x51,
      0,
      0,
      255,
      255,
      255,
      255,
      0xfe,
      255,
      0,
      0xe0,
      255,
      255,
      255,
      255,
    );
    const deep = joinBytes([withoutPixels([]), ...Array.from({ length: 30_000 }, () => opening)]);
    expect(await failure(deep)).toMatchObject({ code: "IMAGE_CORRUPT", message: /nested too deeply/ });
  });

  it("JPEG 2000 with more tiles than the standard allows", async () => {
    const coded = await encodeJpeg2000(nativeBytes(gray12), gray12);
    new DataView(coded.buffer).setUint32(24, 1);
    new DataView(coded.buffer).setUint32(8, 60_000);
    const file = changed([], { syntax: `${family}.90`, pixels: { frames: [[coded]], offsets: "empty" } });
    expect((await failure(file)).code).toBe("IMAGE_CORRUPT");
  });

  it("a codestream that declares 64 megapixels and holds none", async () => {
    const coded = await encodeJpeg2000(nativeBytes(gray8), gray8);
    const view = new DataView(coded.buffer);
    for (const at of [8, 12, 24, 28]) view.setUint32(at, 8000);
    const size: DicomElement[] = [
      ["00280010", "US", [8000]],
      ["00280011", "US", [8000]],
    ];
    const file = changed(size, { syntax: `${family}.90`, pixels: { frames: [[coded]], offsets: "empty" } });
    expect(await failure(file)).toMatchObject({ code: "IMAGE_CORRUPT", message: /bytes of JPEG 2000 data/ });
  });
});

describe("damage inside a codestream", () => {
  it.each([
    [
      "JPEG",
      `${family}.50`,
      (frame: Uint8Array) => encodeWithDcmjs(frame, gray8, "EncodeJpeg", { quality: 90 }),
    ],
    ["lossless JPEG", `${family}.70`, (frame: Uint8Array) => encodeWithDcmjs(frame, gray8, "EncodeJpeg")],
    ["JPEG 2000", `${family}.90`, (frame: Uint8Array) => encodeJpeg2000(frame, gray8)],
    ["HTJ2K", `${family}.202`, (frame: Uint8Array) => encodeHtj2k(frame, gray8)],
    ["JPEG-LS", `${family}.80`, (frame: Uint8Array) => encodeJpegLs(frame, gray8)],
  ])("%s whose end was cut off and its end marker glued back on", async (_, syntax, encode) => {
    const file = await encapsulate(gray8, syntax, async (frame) => {
      const coded = await encode(frame);
      return joinBytes([coded.subarray(0, Math.floor(coded.length * 0.7)), Uint8Array.of(0xff, 0xd9)]);
    });
    expect(["IMAGE_TRUNCATED", "IMAGE_CORRUPT"]).toContain((await failure(file)).code);
  });

  it("250 changed files give an image or a coded error each", async () => {
    const files = await makeValidFiles(false);
    const outcomes = new Map<string, number>();
    const defects: string[] = [];
    for (let index = 0; index < 250; index++) {
      const { outcome, message, from } = await tryFile(mutatedFile(files, 3, index));
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (outcome === "defect") defects.push(`${index} ${from}: ${message}`);
    }
    expect(defects).toEqual([]);
    expect(outcomes.get("read")).toBeGreaterThan(15);
    expect(outcomes.get("IMAGE_CORRUPT")).toBeGreaterThan(20);
  });

  it("frames12 is read after all of it", async () => {
    expect(
      (await decodeRadiograph(await encapsulate(frames12, `${family}.80`, encodeJpegLs))).frameCount,
    ).toBe(3);
  });
});
