import { describe, expect, it } from "vitest";
import { type DicomElement, writeDicom } from "@/lib/testing/dicom/write-dicom";
import { decodeRadiograph, toGrayImage } from "../decode-radiograph";
import { luminance } from "../luminance";
import { encapsulate, encodeJpegLs, encodeWithDcmjs, encodeWithDcmtk, hasDcmtk } from "./encoders.fixture";
import { type Source, sources } from "./sources.fixture";

const explicit = "1.2.840.10008.1.2.1";

interface Small {
  values: number[];
  rows?: number;
  columns?: number;
  allocated?: 1 | 8 | 16 | 32;
  stored?: number;
  high?: number;
  signed?: boolean;
  samples?: number;
  photometric?: string;
  more?: DicomElement[];
  syntax?: string;
  without?: "preamble" | "meta";
}

/** A file of a few pixels whose every attribute can be chosen. */
function small({ values, allocated = 16, stored = allocated, samples = 1, ...rest }: Small): Uint8Array {
  const columns = rest.columns ?? values.length / samples;
  const view = new DataView(new ArrayBuffer(Math.ceil((values.length * allocated) / 8)));
  for (const [n, value] of values.entries()) {
    if (allocated === 32) view.setUint32(n * 4, value >>> 0, true);
    else if (allocated === 16) view.setUint16(n * 2, value & 0xffff, true);
    else if (allocated === 8) view.setUint8(n, value & 0xff);
    else view.setUint8(n >> 3, view.getUint8(n >> 3) | (value << (n & 7)));
  }
  const own: DicomElement[] = [
    ["00280002", "US", [samples]],
    ["00280004", "CS", rest.photometric ?? "MONOCHROME2"],
    ["00280010", "US", [rest.rows ?? 1]],
    ["00280011", "US", [columns]],
    ["00280100", "US", [allocated]],
    ["00280101", "US", [stored]],
    ["00280102", "US", [rest.high ?? stored - 1]],
    ["00280103", "US", [rest.signed ? 1 : 0]],
  ];
  const replaced = new Set(rest.more?.map(([tag]) => tag));
  return writeDicom({
    syntax: rest.syntax ?? explicit,
    elements: [...own.filter(([tag]) => !replaced.has(tag)), ...(rest.more ?? [])],
    pixels: { vr: allocated === 16 ? "OW" : "OB", bytes: new Uint8Array(view.buffer) },
    ...(rest.without ? { without: rest.without } : {}),
  });
}

const valuesOf = async (file: Uint8Array, frame = 0) => [...(await decodeRadiograph(file, { frame })).values];
const levelsOf = async (file: Uint8Array) => [...toGrayImage(await decodeRadiograph(file)).data];
const window = (center: string, width: string, shape?: string): DicomElement[] => [
  ["00281050", "DS", center],
  ["00281051", "DS", width],
  ...(shape ? ([["00281056", "CS", shape]] as DicomElement[]) : []),
];
const table = (first: number, bits: number, entries: number[], name: string): DicomElement[] => [
  ["00283002", "US", [entries.length, first, bits]],
  ["00283003", "LO", name],
  ["00283006", "OW", new Uint8Array(Uint16Array.from(entries).buffer)],
];

describe("stored values", () => {
  it("are the bits below the high bit: overlays in the others do not count", async () => {
    expect(await valuesOf(small({ values: [0xf123, 0x1fff, 0x8000], stored: 12 }))).toEqual([
      0x123, 0xfff, 0,
    ]);
    expect(await valuesOf(small({ values: [0x1230, 0xfff5], stored: 12, high: 15 }))).toEqual([0x123, 0xfff]);
  });

  it("have the sign of their highest stored bit", async () => {
    const file = small({ values: [0x800, 0xfff, 0x7ff, 0xf801], stored: 12, signed: true });
    expect(await valuesOf(file)).toEqual([-2048, -1, 2047, -2047]);
    expect(await valuesOf(small({ values: [128, 255, 127], allocated: 8, signed: true }))).toEqual([
      -128, -1, 127,
    ]);
  });

  it("of 1 and of 32 bits", async () => {
    const bits = Array.from({ length: 24 }, (_, n) => ((n * 7) % 3) & 1);
    const frames = small({
      values: bits,
      allocated: 1,
      columns: 6,
      rows: 2,
      more: [["00280008", "IS", "2"]],
    });
    expect(await valuesOf(frames, 0)).toEqual(bits.slice(0, 12));
    expect(await valuesOf(frames, 1)).toEqual(bits.slice(12));
    expect(await valuesOf(small({ values: [70_000, 3], allocated: 32 }))).toEqual([70_000, 3]);
    expect(await valuesOf(small({ values: [-70_000, 3], allocated: 32, signed: true }))).toEqual([
      -70_000, 3,
    ]);
  });
});

describe("the modality transform", () => {
  it("is slope · value + intercept, in the smallest type that holds it", async () => {
    const ct = await decodeRadiograph(
      small({
        values: [0, 1024, 4095],
        stored: 12,
        more: [
          ["00281052", "DS", "-1024"],
          ["00281053", "DS", "1"],
        ],
      }),
    );
    expect([...ct.values]).toEqual([-1024, 0, 3071]);
    expect(ct.values).toBeInstanceOf(Float32Array);
    const pet = small({
      values: [1, 3],
      more: [
        ["00281052", "DS", "0.5"],
        ["00281053", "DS", "2.5E-1"],
      ],
    });
    expect(await valuesOf(pet)).toEqual([0.75, 1.25]);
    const falling = small({
      values: [0, 100],
      allocated: 8,
      more: [
        ["00281052", "DS", "255"],
        ["00281053", "DS", "-1"],
      ],
    });
    expect(await decodeRadiograph(falling)).toMatchObject({ minimum: 155, maximum: 255 });
  });

  it("is a table where there is one, held at its ends", async () => {
    const sequence: DicomElement = ["00283000", "SQ", [table(10, 16, [500, 600, 7000], "HU")]];
    expect(await valuesOf(small({ values: [0, 10, 11, 12, 99], more: [sequence] }))).toEqual([
      500, 500, 600, 7000, 7000,
    ]);
  });
});

describe("values of interest", () => {
  const values = [0, 1000, 2000, 3000];

  it("are the first window, the others are offered by name", async () => {
    const file = small({
      values,
      more: [...window("1000\\2000", "2001\\101"), ["00281055", "LO", "LUNG\\BONE"]],
    });
    const radiograph = await decodeRadiograph(file);
    expect(radiograph.voi).toEqual({ kind: "window", center: 1000, width: 2001, shape: "linear" });
    expect(radiograph.presets).toMatchObject([{ name: "BONE", voi: { center: 2000, width: 101 } }]);
    // ((1000 − 999.5) ÷ 2000 + 0.5) · 255
    expect((await levelsOf(file))[1]).toBeCloseTo(127.5 + (0.5 / 2000) * 255, 4);
  });

  it("have the shape that the file names", async () => {
    const exact = await levelsOf(small({ values, more: window("1500", "3000", "LINEAR_EXACT") }));
    expect(exact).toEqual([0, 85, 170, 255]);
    const [, sigmoid] = await levelsOf(small({ values, more: window("1500", "1000", "SIGMOID") }));
    expect(sigmoid).toBeCloseTo(255 / (1 + Math.exp(2)), 3);
  });

  it("are a lookup table before a window, as pydicom prefers", async () => {
    const sequence: DicomElement = [
      "00283010",
      "SQ",
      [table(999, 12, [0, 4095, 2048], "NORMAL"), table(0, 8, [0, 255], "HARD")],
    ];
    const file = small({ values: [0, 999, 1000, 1001, 9999], more: [sequence, ...window("5", "6")] });
    const radiograph = await decodeRadiograph(file);
    expect(radiograph.presets.map(({ name }) => name)).toEqual(["HARD", "5 / 6"]);
    const gray = [...toGrayImage(radiograph).data];
    expect(gray[0]).toBe(0);
    expect(gray[2]).toBe(255);
    expect(gray[4]).toBeCloseTo((2048 / 4095) * 255, 3);
  });

  it("are the full range without padding where the file says nothing, and nonsense counts as nothing", async () => {
    const padding: DicomElement[] = [["00280120", "US", [65_535]]];
    for (const nonsense of [[], window("10", "0"), window("x", "y"), window("10", "")]) {
      const radiograph = await decodeRadiograph(
        small({ values: [100, 300, 65_535], more: [...padding, ...nonsense] }),
      );
      expect(radiograph).toMatchObject({ minimum: 100, maximum: 300, presets: [] });
      expect([...toGrayImage(radiograph).data]).toEqual([0, 255, 255]);
    }
    const limited = small({
      values: [0, 7, 9, 20],
      more: [
        ["00280120", "US", [0]],
        ["00280121", "US", [9]],
      ],
    });
    expect(await decodeRadiograph(limited)).toMatchObject({ minimum: 20, maximum: 20 });
    const flat = await levelsOf(small({ values: [5, 5] }));
    expect(flat).toEqual([0, 0]);
  });

  it("come before MONOCHROME1 turns black and white around", async () => {
    const file = small({ values: [0, 85, 255], allocated: 8, photometric: "MONOCHROME1" });
    expect(await decodeRadiograph(file)).toMatchObject({ inverted: true, values: Uint8Array.of(0, 85, 255) });
    expect(await levelsOf(file)).toEqual([255, 170, 0]);
  });
});

describe("colour", () => {
  const pixels = [255, 0, 0, 10, 200, 30];
  const grays = [luminance(255, 0, 0), luminance(10, 200, 30)];
  const rgb = { allocated: 8, samples: 3, photometric: "RGB" } as const;

  it("by pixel or by plane", async () => {
    expect(await valuesOf(small({ ...rgb, values: pixels }))).toEqual(grays);
    const planes = [255, 10, 0, 200, 0, 30];
    expect(await valuesOf(small({ ...rgb, values: planes, more: [["00280006", "US", [1]]] }))).toEqual(grays);
  });

  it("as luminance and chrominance, full or shared by two pixels", async () => {
    const full = { ...rgb, photometric: "YBR_FULL" };
    expect(await valuesOf(small({ ...full, values: [90, 128, 128, 76, 85, 255] }))).toEqual([
      90,
      luminance(254, 0, 0),
    ]);
    const shared = small({ ...rgb, photometric: "YBR_FULL_422", columns: 2, values: [90, 60, 128, 128] });
    expect(await valuesOf(shared)).toEqual([90, 60]);
  });

  it("of 16 bits keeps fractions; no window of the file is applied", async () => {
    const file = small({
      ...rgb,
      allocated: 16,
      values: [65_535, 65_535, 65_535, 32_768, 32_768, 32_768],
      more: window("5", "6"),
    });
    const levels = await levelsOf(file);
    expect(levels[0]).toBeCloseTo(255, 3);
    expect(levels[1]).toBeCloseTo((32_768 * 255) / 65_535, 3);
  });

  it("from a palette", async () => {
    const entries = (numbers: number[]) => new Uint8Array(Uint16Array.from(numbers, (n) => n << 8).buffer);
    const more: DicomElement[] = [
      ["00281101", "US", [2, 5, 16]],
      ["00281102", "US", [2, 5, 16]],
      ["00281103", "US", [2, 5, 16]],
      ["00281201", "OW", entries([255, 10])],
      ["00281202", "OW", entries([0, 200])],
      ["00281203", "OW", entries([0, 30])],
    ];
    const radiograph = await decodeRadiograph(
      small({ values: [5, 6, 7], allocated: 8, photometric: "PALETTE COLOR", more }),
    );
    expect([...radiograph.values]).toEqual([...grays, grays[1]]);
    expect(radiograph.colour).toBeCloseTo((1 + 190 / 255 + 190 / 255) / 3, 6);
  });
});

describe("frames", () => {
  const source = sources.frames12 as Source;
  const size = source.rows * source.columns;
  const jls = "1.2.840.10008.1.2.4.80";

  it.each([
    ["one fragment each, no table", "empty", 1],
    ["one fragment each, extended table", "extended", 1],
    ["several fragments each, basic table", "basic", 3],
    ["several fragments each, extended table", "extended", 2],
    ["several fragments each, no table: by where codestreams begin", "empty", 3],
  ] as const)("%s", async (_, offsets, split) => {
    const file = await encapsulate(source, jls, (frame) => encodeJpegLs(frame, source), { offsets, split });
    for (const frame of [0, 1, 2]) {
      const expected = source.values.slice(frame * size, (frame + 1) * size);
      expect((await valuesOf(file, frame)).findIndex((value, n) => value !== expected[n])).toBe(-1);
    }
  });

  it.each([3, -1, 0.5, Number.NaN])("%s of three is refused", async (frame) => {
    const file = await encapsulate(source, jls, (bytes) => encodeJpegLs(bytes, source));
    await expect(decodeRadiograph(file, { frame })).rejects.toMatchObject({
      code: "IMAGE_FRAME_NOT_FOUND",
      message: /it has 3/,
    });
  });

  it("of an enhanced file have their own windows, slopes and spacing, or those they share", async () => {
    const group = (center: string, intercept: string): DicomElement[] => [
      ["00289132", "SQ", [window(center, "21")]],
      [
        "00289145",
        "SQ",
        [
          [
            ["00281052", "DS", intercept],
            ["00281053", "DS", "1"],
          ],
        ],
      ],
    ];
    const more: DicomElement[] = [
      ["00280008", "IS", "2"],
      ["52009229", "SQ", [[["00289110", "SQ", [[["00280030", "DS", "0.4\\0.2"]]]]]]],
      ["52009230", "SQ", [group("10", "-5"), group("20", "7")]],
    ];
    const file = small({ values: [5, 6, 5, 6], columns: 2, more });
    expect(await decodeRadiograph(file)).toMatchObject({
      voi: { center: 10 },
      minimum: 0,
      maximum: 1,
      pixelAspect: 2,
    });
    expect(await decodeRadiograph(file, { frame: 1 })).toMatchObject({
      voi: { center: 20 },
      minimum: 12,
      frameCount: 2,
    });
  });
});

describe("what a file says of itself", () => {
  const person = (more: DicomElement[]) => decodeRadiograph(small({ values: [1, 2], more }));

  it.each([
    ["latin", "ISO_IR 100", Uint8Array.of(0x4c, 0xe9, 0x61), "Léa"],
    ["UTF-8", "ISO_IR 192", new TextEncoder().encode("山田^太郎"), "山田^太郎"],
    ["Cyrillic", "ISO_IR 144", Uint8Array.of(0xbb, 0xee), "Лю"],
    [
      "Japanese with escapes",
      "\\ISO 2022 IR 87",
      Uint8Array.of(0x1b, 0x24, 0x42, 0x3b, 0x33, 0x1b, 0x28, 0x42),
      "山",
    ],
    ["Korean with escapes", "\\ISO 2022 IR 149", Uint8Array.of(0x1b, 0x24, 0x29, 0x43, 0xb1, 0xe8), "김"],
    ["no character set", "", Uint8Array.of(0x41, 0x5e, 0x42, 0x20), "A^B"],
  ])("names in %s", async (_, charset, bytes, name) => {
    const { dicom } = await person([
      ["00080005", "CS", charset],
      ["00100010", "PN", bytes],
    ]);
    expect(dicom?.identity.patientName).toBe(name);
  });

  it.each([
    [[["00101010", "AS", "045Y"]], 45],
    [[["00101010", "AS", "006M"]], 0.5],
    [[["00101010", "AS", "010D"]], 10 / 365.25],
    [
      [
        ["00100030", "DA", "20200101"],
        ["00080020", "DA", "20230101"],
      ],
      3.0007,
    ],
    [[["00101010", "AS", "old"]], null],
    [
      [
        ["00100030", "DA", "20300101"],
        ["00080020", "DA", "20230101"],
      ],
      null,
    ],
  ] as [DicomElement[], number | null][])("age from %j", async (more, years) => {
    const { ageYears } = (await person(more)).dicom ?? {};
    if (years === null) expect(ageYears).toBeNull();
    else expect(ageYears).toBeCloseTo(years, 3);
  });

  it("view, body part, references; what it leaves out is null", async () => {
    const coded = (tag: string, meaning: string): DicomElement => [
      tag,
      "SQ",
      [[["00080104", "LO", meaning]]],
    ];
    const { dicom } = await person([
      coded("00540220", "postero-anterior"),
      coded("00082218", "Chest"),
      ["00200010", "SH", "S1"],
    ]);
    expect(dicom).toMatchObject({ view: "PA", bodyPart: "Chest", modality: null, sex: null });
    expect(dicom?.reference).toMatchObject({ studyId: "S1", studyUid: null });
    expect((await person([["00185101", "CS", "LL"]])).dicom?.view).toBe("LL");
  });

  it.each([
    [[["00280034", "IS", "4\\3"]], 4 / 3],
    [[["00181164", "DS", "0.2\\0.1"]], 2],
    [[["00280030", "DS", "0.143\\0.143"]], 1],
    [[["00280034", "IS", "0\\0"]], 1],
    [[], 1],
  ] as [DicomElement[], number][])("pixel aspect from %j", async (more, aspect) => {
    expect((await person(more)).pixelAspect).toBeCloseTo(aspect, 9);
  });
});

describe("what surrounds the data set", () => {
  const syntaxes = ["1.2.840.10008.1.2", explicit, "1.2.840.10008.1.2.2"];
  const values = [1, 700, 65_535];
  const identified: DicomElement[] = [["00080060", "CS", "CR"]];

  it.each(syntaxes)("may lack preamble or file meta information: %s", async (syntax) => {
    const big = syntax.endsWith(".2.2");
    const stored = big ? values.map((value) => (value >> 8) | ((value & 255) << 8)) : values;
    for (const without of ["preamble", "meta"] as const) {
      const file = small({ values: stored, more: identified, syntax, without });
      expect(await valuesOf(file)).toEqual(values);
      expect((await decodeRadiograph(file)).dicom?.modality).toBe("CR");
    }
  });

  it("may name the wrong one of the little endian encodings", async () => {
    const file = small({ values, more: identified, syntax: "1.2.840.10008.1.2", without: "meta" });
    const meta = small({ values, syntax: explicit }).subarray(0, 132);
    const group = small({ values, syntax: explicit });
    const end = group.findIndex((byte, n) => n > 140 && byte === 0x28 && group[n + 1] === 0);
    const wrong = new Uint8Array([...meta, ...group.subarray(132, end), ...file]);
    expect(await valuesOf(wrong)).toEqual(values);
  });

  it("may be an image of another format before it: a file of two kinds is read as DICOM", async () => {
    const file = small({ values });
    file.set([0x49, 0x49, 42, 0]);
    expect((await decodeRadiograph(file)).format).toBe("DICOM");
  });
});

describe("codecs at their edges", () => {
  it.skipIf(!hasDcmtk)("lossless JPEG with a point transform", async () => {
    const { gray12 } = sources;
    const file = await encodeWithDcmtk(gray12, "dcmcjpeg +el +sv 1 +pt 2");
    const values = await valuesOf(file);
    expect(
      Math.max(...values.map((value, n) => Math.abs(value - (gray12.values[n] as number)))),
    ).toBeLessThan(4);
    expect(values.every((value) => value % 4 === 0)).toBe(true);
  });

  it("8-bit samples in 16 allocated bits", async () => {
    const narrow: Source = { ...sources.gray8, bitsAllocated: 16, bitsStored: 8 };
    const file = await encapsulate(narrow, "1.2.840.10008.1.2.4.80", () =>
      encodeJpegLs(Uint8Array.from(narrow.values), narrow),
    );
    expect(await valuesOf(file)).toEqual(narrow.values);
  });

  it("RGB in a JPEG that does not say so", async () => {
    const { rgb8 } = sources;
    const file = await encapsulate(rgb8, "1.2.840.10008.1.2.4.70", (frame) =>
      encodeWithDcmjs(frame, rgb8, "EncodeJpeg"),
    );
    expect((await decodeRadiograph(file)).colour).toBeGreaterThan(0.05);
  });
});
