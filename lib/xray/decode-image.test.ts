import { encode } from "fast-png";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { PneumoscopeError } from "@/lib/errors";
import { writeRadiographDicom } from "@/lib/testing/dicom/radiograph-dicom";
import { encodePng } from "@/lib/testing/encode-png";
import { drawSyntheticRadiograph } from "@/lib/testing/synthetic-radiograph";
import goldens from "./__fixtures__/pillow-decode.json";
import { decodeImage } from "./decode-image";
import { imageToModelGray } from "./model-gray";

const fromBase64 = (text: string) => Uint8Array.from(Buffer.from(text, "base64"));
const chest = drawSyntheticRadiograph({ width: 90, height: 70, seed: 4, pneumonia: true });
const raw = sharp(Buffer.from(Uint8Array.from(chest.data)), { raw: { width: 90, height: 70, channels: 1 } });
const grayJpeg = await raw.clone().toColourspace("b-w").jpeg().toBuffer();
const progressiveJpeg = await raw.clone().toColourspace("srgb").jpeg({ progressive: true }).toBuffer();
const png = encodePng(chest);

async function failure(bytes: Uint8Array): Promise<PneumoscopeError> {
  try {
    await decodeImage(bytes);
  } catch (error) {
    if (error instanceof PneumoscopeError) return error;
    throw error;
  }
  throw new Error("expected the image to be refused");
}

/** CRC-32 as PNG uses it, so that a test can change a chunk and keep it plausible. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

/** The PNG with another height in its header and a right checksum. */
function withHeight(source: Uint8Array, height: number): Uint8Array {
  const changed = Uint8Array.from(source);
  const view = new DataView(changed.buffer);
  view.setUint32(20, height);
  view.setUint32(29, crc32(changed.subarray(12, 29)));
  return changed;
}

describe("decodeImage reads what Pillow reads", () => {
  it.each(goldens.cases)("$name", async ({ file, width, height, gray }) => {
    const image = await decodeImage(fromBase64(file));
    expect([image.width, image.height]).toEqual([width, height]);
    const worst = Math.max(...gray.map((level, at) => Math.abs(level - (image.data[at] ?? Number.NaN))));
    // Float32 against Float64 for 16 bits; every 8-bit kind is equal.
    expect(worst).toBeLessThan(1e-4);
  });

  it("interlaced PNGs of 8 and 16 bits", async () => {
    for (const space of ["b-w", "srgb", "grey16", "rgb16"]) {
      const source = raw.clone().toColourspace(space);
      const plain = await decodeImage(await source.clone().png({ progressive: false }).toBuffer());
      const interlaced = await decodeImage(await source.clone().png({ progressive: true }).toBuffer());
      expect(interlaced.data).toEqual(plain.data);
      expect(new Set(plain.data).size).toBeGreaterThan(50);
    }
  });

  it("16-bit RGB and RGBA PNGs keep fractions", async () => {
    const data = Uint16Array.of(1000, 2000, 3000, 65535, 65535, 65535, 65535, 32768);
    const [opaque, half] = (await decodeImage(encode({ width: 2, height: 1, data, channels: 4, depth: 16 })))
      .data;
    expect(opaque).toBeCloseTo((1000 * 0.299 + 2000 * 0.587 + 3000 * 0.114) / 257, 3);
    expect(half).toBeCloseTo((255 * 32768) / 65535, 3);
  });

  it("a view into a larger buffer, and Node's Buffer", async () => {
    for (const file of [png, grayJpeg, writeRadiographDicom(chest)]) {
      const padded = new Uint8Array(file.length + 20).fill(7);
      padded.set(file, 11);
      const image = await decodeImage(padded.subarray(11, 11 + file.length));
      const plain = await decodeImage(Uint8Array.from(file));
      expect(image.data).toEqual(plain.data);
      expect((await decodeImage(Buffer.from(file))).data).toEqual(plain.data);
    }
  });

  it("several at once", async () => {
    const results = await Promise.all(Array.from({ length: 6 }, () => imageToModelGray(grayJpeg, 32)));
    for (const result of results) expect(result).toEqual(results[0]);
  });
});

describe("decodeImage refuses", () => {
  it("an empty file", async () => {
    expect(await failure(new Uint8Array(0))).toMatchObject({ code: "IMAGE_EMPTY", message: /zero bytes/ });
  });

  it.each([
    ["text", "hello", /of no known format/],
    ["a PDF", "%PDF-1.7", /PDF/],
    ["a GIF", "GIF89a", /GIF/],
  ])("%s, naming the accepted formats", async (_, text, message) => {
    const error = await failure(new TextEncoder().encode(text));
    expect(error.code).toBe("IMAGE_UNSUPPORTED");
    expect(error.message).toMatch(message);
    expect(error.message).toContain("DICOM, JPEG, PNG, WebP, BMP and TIFF");
  });

  it("a CMYK, 12-bit, arithmetic-coded or lossless JPEG, saying so", async () => {
    expect(await failure(fromBase64(goldens.cmykJpeg))).toMatchObject({
      code: "IMAGE_UNSUPPORTED",
      message: /CMYK/,
    });
    const frame = grayJpeg.indexOf(Uint8Array.of(0xff, 0xc0));
    expect(frame).toBeGreaterThan(0);
    for (const [offset, value, message] of [
      [1, 0xc9, /arithmetic/],
      [1, 0xc3, /lossless/],
      [4, 12, /12 bits/],
    ] as const) {
      const changed = Uint8Array.from(grayJpeg);
      changed[frame + offset] = value;
      expect(await failure(changed)).toMatchObject({ code: "IMAGE_UNSUPPORTED", message });
    }
  });

  it("an interlaced PNG with samples smaller than a byte, saying what to do", async () => {
    const file = await raw.clone().png({ palette: true, colours: 4, progressive: true }).toBuffer();
    expect(await failure(file)).toMatchObject({ code: "IMAGE_UNSUPPORTED", message: /without interlacing/ });
  });

  it("30,000 × 30,000 pixels from the header of a PNG or JPEG, before decoding", async () => {
    const hugePng = withHeight(png, 30_000);
    new DataView(hugePng.buffer).setUint32(16, 30_000);
    const hugeJpeg = Uint8Array.from(grayJpeg);
    const frame = grayJpeg.indexOf(Uint8Array.of(0xff, 0xc0));
    hugeJpeg.set([30_000 >> 8, 30_000 & 255, 30_000 >> 8, 30_000 & 255], frame + 5);
    for (const bytes of [hugePng, hugePng.subarray(0, 33), hugeJpeg]) {
      const before = process.memoryUsage().arrayBuffers;
      const error = await failure(bytes);
      expect(error).toMatchObject({ code: "IMAGE_TOO_LARGE", message: /30000 × 30000/ });
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10e6);
    }
    expect(await failure(withHeight(png, 16_385))).toMatchObject({ code: "IMAGE_TOO_LARGE" });
    expect(await failure(withHeight(png, 0))).toMatchObject({ code: "IMAGE_CORRUPT" });
  });

  it.each([
    ["a gray JPEG", grayJpeg],
    ["a progressive colour JPEG", progressiveJpeg],
    ["a PNG", png],
  ])("%s that is cut off anywhere", async (_, file) => {
    const codes = new Map<string, number>();
    for (let length = 1; length < file.length; length += 1 + Math.floor(file.length / 150)) {
      const { code } = await failure(Uint8Array.from(file.subarray(0, length)));
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    expect([...codes.keys()]).toEqual(["IMAGE_TRUNCATED"]);
  });

  it("a cut-off JPEG whose end marker was glued back on, which a decoder would fill with gray", async () => {
    for (const file of [grayJpeg, progressiveJpeg]) {
      const scan = file.lastIndexOf(Uint8Array.of(0xff, 0xda));
      const cut = Buffer.concat([
        file.subarray(0, scan + Math.floor((file.length - scan) / 2)),
        Uint8Array.of(0xff, 0xd9),
      ]);
      expect((await failure(cut)).code).toBe("IMAGE_CORRUPT");
    }
  });

  it("a PNG whose data holds fewer or more rows than its header says", async () => {
    expect(await failure(withHeight(png, 140))).toMatchObject({ code: "IMAGE_TRUNCATED", message: /of/ });
    expect(await failure(withHeight(png, 35))).toMatchObject({ code: "IMAGE_CORRUPT", message: /longer/ });
  });

  it("a PNG with a flipped bit, and a JPEG with a damaged table or data", async () => {
    for (let at = 33; at < png.length - 12; at += 97) {
      const changed = Uint8Array.from(png);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      expect(["IMAGE_CORRUPT", "IMAGE_TRUNCATED"]).toContain((await failure(changed)).code);
    }
    const table = grayJpeg.indexOf(Uint8Array.of(0xff, 0xc4));
    const noTable = Buffer.from(grayJpeg);
    noTable.fill(0xee, table + 4, table + 24);
    expect((await failure(noTable)).code).toBe("IMAGE_CORRUPT");
    const noFrame = Buffer.concat([grayJpeg.subarray(0, 2), Uint8Array.of(0, 0, 0, 0), grayJpeg.subarray(2)]);
    expect(await failure(noFrame)).toMatchObject({ code: "IMAGE_CORRUPT", message: /byte 2/ });
  });

  it("nothing else: random damage gives an image or one of the coded errors", async () => {
    let seed = 1;
    const next = (n: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor((seed / 2 ** 32) * n);
    };
    for (const file of [grayJpeg, progressiveJpeg, png]) {
      for (let round = 0; round < 60; round++) {
        const changed = Uint8Array.from(file);
        for (let i = 0; i < 5; i++) changed[next(changed.length)] = next(256);
        const outcome = await decodeImage(changed).then(
          (image) => image.data.length === image.width * image.height,
          (error: unknown) => error instanceof PneumoscopeError && error.code.startsWith("IMAGE_"),
        );
        expect(outcome).toBe(true);
      }
    }
    // The codec survives what it was fed.
    expect((await decodeImage(grayJpeg)).width).toBe(90);
  });
});
