import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { PneumoscopeError } from "@/lib/errors";
import { createRandom } from "@/lib/random";
import { drawSyntheticRadiograph } from "@/lib/testing/synthetic-radiograph";
import goldens from "./__fixtures__/pillow-pictures.json";
import { decodeRadiograph, toGrayImage } from "./decode-radiograph";
import { exactLuminance } from "./luminance";

interface Golden {
  name: string;
  file: string;
  width: number;
  height: number;
  /** 8-bit gray levels, or values as stored. */
  gray?: string;
  values?: number[];
  frame?: number;
}

const cases: Golden[] = goldens.cases;
const fromBase64 = (text: string) => Uint8Array.from(Buffer.from(text, "base64"));
const caseNamed = (name: string) => {
  const found = cases.find((item) => item.name === name);
  if (!found) throw new Error(name);
  return fromBase64(found.file);
};

async function failure(bytes: Uint8Array): Promise<PneumoscopeError> {
  const outcome = await decodeRadiograph(bytes).catch((error: unknown) => error);
  if (outcome instanceof PneumoscopeError) return outcome;
  throw new Error("expected the file to be refused");
}

/** The file with other bytes at one place. */
function patched(bytes: Uint8Array, at: number, values: number[]): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed.set(values, at);
  return changed;
}

describe("WebP, BMP and TIFF have the pixels that Pillow reads", () => {
  it.each(cases)("$name", async ({ name, file, width, height, gray, values, frame = 0 }) => {
    const radiograph = await decodeRadiograph(fromBase64(file), { frame });
    expect(radiograph).toMatchObject({ width, height, frame, dicom: null });
    expect(radiograph.format).toBe(/WebP|BMP|TIFF/.exec(name)?.[0]);
    expect(radiograph.frameCount).toBe(name.startsWith("page") ? 3 : 1);
    const expected = values ?? Array.from(fromBase64(gray ?? ""));
    const got = values ? radiograph.values : toGrayImage(radiograph).data.map((level) => Math.round(level));
    expect(got).toHaveLength(width * height);
    expect(Array.from(got)).toEqual(values ? expected.map(Math.fround) : expected);
    expect([radiograph.minimum, radiograph.maximum]).toEqual([
      Math.min(...radiograph.values),
      Math.max(...radiograph.values),
    ]);
    if (/RGB TIFF|24-bit|lossy WebP/.test(name)) expect(radiograph.colour).toBeGreaterThan(0.1);
    if (/gray (TIFF|BMP|JPEG)/.test(name)) expect(radiograph.colour).toBe(0);
  });

  it("and where Pillow loses bits, those that were written", async () => {
    const rgb16 = await decodeRadiograph(fromBase64(goldens.rgb16));
    const [r = 0, g = 0, b = 0] = goldens.rgb16Samples;
    expect(rgb16.values[0]).toBeCloseTo(exactLuminance(r / 257, g / 257, b / 257), 3);
    const gray12 = await decodeRadiograph(fromBase64(goldens.gray12));
    expect(Array.from(gray12.values)).toEqual(goldens.gray12Values);
    expect(gray12.voi).toEqual({ kind: "window", center: 2047.5, width: 4095, shape: "linear-exact" });
    const signed16 = await decodeRadiograph(fromBase64(goldens.signed16));
    expect(Array.from(signed16.values)).toEqual(goldens.signed16Values);
    const { data } = toGrayImage(signed16);
    expect([Math.min(...data), Math.max(...data)]).toEqual([0, 255]);
  });

  it("16-bit gray spreads from 0 to 65,535, white-is-zero stays as stored and is inverted", async () => {
    const gray16 = await decodeRadiograph(caseNamed("16-bit TIFF, raw"));
    expect(gray16.values).toBeInstanceOf(Uint16Array);
    expect(toGrayImage(gray16).data[5]).toBeCloseTo((gray16.values[5] as number) / 257, 3);
    const { inverted, values } = await decodeRadiograph(caseNamed("white-is-zero TIFF"));
    const plain = await decodeRadiograph(caseNamed("gray TIFF, raw"));
    expect(inverted).toBe(true);
    expect(values).toEqual(plain.values);
  });

  it("what libvips writes: tiles, pyramids without their small copies, few bits, large strips", async () => {
    const chest = drawSyntheticRadiograph({ width: 700, height: 520, seed: 4, pneumonia: true });
    const levels = Uint8Array.from(chest.data);
    const image = sharp(levels, { raw: { width: 700, height: 520, channels: 1 } }).toColourspace("b-w");
    for (const options of [
      { compression: "lzw", tile: true, tileWidth: 128, tileHeight: 64, predictor: "horizontal" },
      { compression: "deflate", pyramid: true, tile: true },
      { compression: "packbits" },
    ] as const) {
      const read = await decodeRadiograph(await image.clone().tiff(options).toBuffer());
      expect(read.frameCount).toBe("pyramid" in options ? read.frameCount : 1);
      expect(read.values).toEqual(levels);
    }
    const rgb = image.clone().toColourspace("srgb");
    const jpegTiff = await rgb.clone().tiff({ compression: "jpeg", quality: 90, tile: true }).toBuffer();
    const webp = await rgb.clone().webp({ quality: 75 }).toBuffer();
    for (const file of [jpegTiff, webp]) {
      const expected = await sharp(file).removeAlpha().raw().toBuffer();
      const { data } = toGrayImage(await decodeRadiograph(file));
      expect(data.every((level, at) => Math.abs(level - (expected[at * 3] as number)) <= 2)).toBe(true);
    }
    const large = sharp(
      new Uint16Array(1200 * 1000).map((_, i) => (i * 31) & 0xffff),
      {
        raw: { width: 1200, height: 1000, channels: 1 },
      },
    ).toColourspace("grey16");
    const read = await decodeRadiograph(await large.tiff({ compression: "lzw" }).toBuffer());
    expect(read.values.every((value, at) => value === ((at * 31) & 0xffff))).toBe(true);
  });
});

describe("WebP, BMP and TIFF are refused by name", () => {
  it.each([
    ["an animated WebP", fromBase64(goldens.animatedWebp), /animated/],
    ["a CMYK TIFF", fromBase64(goldens.cmyk), /CMYK/],
    ["a fax TIFF", fromBase64(goldens.fax), /CCITT/],
    ["a BigTIFF", Uint8Array.of(0x49, 0x49, 43, 0, 8, 0, 0, 0), /BigTIFF/],
    ["a BMP that holds a JPEG", patched(caseNamed("24-bit BMP"), 30, [4]), /JPEG/],
    ["a BMP of 5 bits", patched(caseNamed("24-bit BMP"), 28, [5]), /5 bits/],
  ])("%s", async (_, bytes, message) => {
    expect(await failure(bytes)).toMatchObject({ code: "IMAGE_UNSUPPORTED", message });
  });

  it("where they are cut off, wherever that is", async () => {
    for (const name of [
      "lossy WebP",
      "lossless WebP",
      "24-bit BMP",
      "palette BMP",
      "RGB TIFF, raw",
      "gray TIFF, packbits",
    ]) {
      const file = caseNamed(name);
      for (const length of [3, 11, 20, 30, 60, file.length - 40]) {
        const { code } = await failure(file.subarray(0, Math.min(length, file.length - 4)));
        expect(["IMAGE_TRUNCATED", "IMAGE_CORRUPT", "IMAGE_UNSUPPORTED"]).toContain(code);
      }
    }
  });

  it("where their header says more pixels than are read, before anything is decoded", async () => {
    const bmp = patched(caseNamed("24-bit BMP"), 18, [0x30, 0x75, 0, 0, 0x30, 0x75, 0, 0]);
    expect(await failure(bmp)).toMatchObject({ code: "IMAGE_TOO_LARGE", message: /30000 × 30000/ });
    const lossless = caseNamed("lossless WebP");
    expect(await failure(patched(lossless, 21, [0xff, 0xff, 0xff, 0x0f]))).toMatchObject({
      code: "IMAGE_TOO_LARGE",
    });
    const tiff = caseNamed("gray TIFF, raw");
    const entry = tiff.findIndex((_, at) => tiff[at] === 0 && tiff[at + 1] === 1 && tiff[at + 2] === 4);
    expect(await failure(patched(tiff, entry + 8, [0x40, 0x42, 0x0f, 0]))).toMatchObject({
      code: "IMAGE_TOO_LARGE",
    });
  });

  it("where a TIFF's pages go in a circle, and where a frame is not there", async () => {
    const tiff = caseNamed("gray TIFF, raw");
    const view = new DataView(Uint8Array.from(tiff).buffer);
    const start = view.getUint32(4, true);
    const next = start + 2 + view.getUint16(start, true) * 12;
    view.setUint32(next, start, true);
    expect(await failure(new Uint8Array(view.buffer))).toMatchObject({
      code: "IMAGE_CORRUPT",
      message: /circle/,
    });
    await expect(decodeRadiograph(caseNamed("page 1 of a TIFF"), { frame: 3 })).rejects.toMatchObject({
      code: "IMAGE_FRAME_NOT_FOUND",
    });
  });

  it("or read, with damage anywhere: images or coded errors, nothing else, and quickly", async () => {
    const random = createRandom(11);
    let read = 0;
    let refused = 0;
    for (const { file } of cases) {
      const source = fromBase64(file);
      for (let round = 0; round < 12; round++) {
        const changed =
          random.next() < 0.2 ? source.slice(0, random.int(source.length) + 1) : Uint8Array.from(source);
        // Headers decide most.
        const reach = random.next() < 0.5 ? Math.min(200, changed.length) : changed.length;
        for (let i = 0; i < 3; i++) changed[random.int(reach)] = random.int(256);
        const startMs = performance.now();
        const outcome = await decodeRadiograph(changed).catch((error: unknown) => error);
        expect(performance.now() - startMs).toBeLessThan(5_000);
        if (outcome instanceof Error) {
          expect(outcome).toBeInstanceOf(PneumoscopeError);
          expect((outcome as PneumoscopeError).code).toMatch(/^IMAGE_/);
          refused++;
        } else read++;
      }
    }
    expect(read).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(100);
    const [first] = cases;
    expect((await decodeRadiograph(fromBase64(first?.file ?? ""))).width).toBe(21);
  });
});
