import {
  configure,
  Uint8ArrayReader,
  Uint8ArrayWriter,
  ZipWriter,
  type ZipWriterAddDataOptions,
} from "@zip.js/zip.js";
import { afterAll, describe, expect, it } from "vitest";
import { PneumoscopeError } from "@/lib/errors";
import { createRandom } from "@/lib/random";
import {
  defaultLimits,
  type ExpandOptions,
  expand,
  type FoundFile,
  type FoundProblem,
  type SourceFile,
} from ".";

configure({ useWebWorkers: false });
const mebibyte = 1024 * 1024;
const utf8 = (text: string) => new TextEncoder().encode(text);
/** Begins like a DICOM file without preamble: no name and no signature says that it is an image. */
const binary = Uint8Array.of(8, 0, 5, 0, 0, 0, 1, 2, 3);

interface Packed extends ZipWriterAddDataOptions {
  name: string;
  bytes: Uint8Array;
}

async function zipOf(files: Packed[]): Promise<Uint8Array<ArrayBuffer>> {
  const writer = new ZipWriter(new Uint8ArrayWriter());
  for (const { name, bytes, ...options } of files)
    await writer.add(name, new Uint8ArrayReader(bytes), options);
  return new Uint8Array(await writer.close());
}

const source = (name: string, bytes: Uint8Array<ArrayBuffer> | string, folder = ""): SourceFile => ({
  name,
  folder,
  blob: new Blob([bytes]),
});

async function all(files: SourceFile[], options?: ExpandOptions): Promise<(FoundFile | FoundProblem)[]> {
  const found = [];
  for await (const item of expand(files, options)) found.push(item);
  return found;
}

const shown = (items: (FoundFile | FoundProblem)[]) =>
  items.map((item) => `${item.folder}|${item.name}${item.kind === "problem" ? `|${item.error.code}` : ""}`);

/** One file whose problem comes with the listing or with the reading. */
async function failure(bytes: Uint8Array<ArrayBuffer>, options?: ExpandOptions): Promise<PneumoscopeError> {
  const [item] = await all([source("study.zip", bytes)], options);
  if (item?.kind === "problem") return item.error;
  const error = await item?.read().catch((reason: unknown) => reason);
  if (error instanceof PneumoscopeError) return error;
  throw new Error("expected a refusal");
}

/** The archive with another number in every record of one kind. */
function withField(zip: Uint8Array<ArrayBuffer>, signature: number, offset: number, value: number) {
  const changed = Uint8Array.from(zip);
  const view = new DataView(changed.buffer);
  for (let at = 0; at + 4 <= changed.length; at++)
    if (view.getUint32(at, true) === signature) view.setUint32(at + offset, value, true);
  return changed;
}

describe("expand", () => {
  it("gives files in folders and archives in their order, inflates them, and skips what is plainly no image", async () => {
    const dicom = Uint8Array.from([...new Uint8Array(128), ...utf8("DICM"), ...binary]);
    const index = Uint8Array.from([...dicom, ...utf8("1.2.840.10008.1.3.10\0")]);
    const zip = await zipOf([
      { name: "PAT1/", bytes: new Uint8Array(0), directory: true },
      { name: "PAT1/IM0002", bytes: dicom },
      { name: "PAT1/IM0001", bytes: binary, level: 0 },
      { name: "PAT1/VERSION", bytes: utf8("Wörter\r\n") },
      { name: "DICOMDIR", bytes: index },
      { name: "INDEX2", bytes: index },
      { name: "__MACOSX/PAT1/._IM0002.dcm", bytes: dicom },
      { name: "viewer.exe", bytes: utf8("MZ\0\0") },
    ]);
    const skipped: string[] = [];
    const found = await all(
      [
        source("a.txt", "given by itself"),
        source("chest.jpg", "text under an image's name", "ward"),
        source("readme", "text", "ward"),
        source(".DS_Store", binary, "ward"),
        source("empty", "", "ward"),
        source("report.docx", await zipOf([{ name: "w", bytes: binary }]), "ward"),
        source("CD.zip", zip, "ward"),
        source("scan", await zipOf([{ name: "x/y.png", bytes: utf8("png") }])),
      ],
      { onSkipped: (path) => skipped.push(path) },
    );
    expect(shown(found)).toEqual([
      "|a.txt",
      "ward|chest.jpg",
      "ward/CD.zip/PAT1|IM0002",
      "ward/CD.zip/PAT1|IM0001",
      "scan/x|y.png",
    ]);
    expect(skipped).toEqual([
      "ward/readme",
      "ward/.DS_Store",
      "ward/empty",
      "ward/report.docx",
      "ward/CD.zip/PAT1/VERSION",
      "ward/CD.zip/DICOMDIR",
      "ward/CD.zip/INDEX2",
      "ward/CD.zip/__MACOSX/PAT1/._IM0002.dcm",
      "ward/CD.zip/viewer.exe",
    ]);
    const bytes = await Promise.all(
      found.slice(2, 4).map((item) => (item.kind === "file" ? item.read() : null)),
    );
    expect(bytes).toEqual([dicom, binary]);
    expect(found[2]).toMatchObject({ sizeBytes: dicom.length });
  });

  it("opens no file of a folder of 10,000 whose names say what they are, and only the first bytes of others", async () => {
    const slices: number[] = [];
    const blob = {
      size: 9,
      slice: (from: number, to: number) => {
        slices.push(to - from);
        return new Blob([binary]);
      },
      arrayBuffer: () => Promise.reject(new Error("opened")),
    };
    const named = Array.from({ length: 10_000 }, (_, n) => ({ name: `${n}.dcm`, folder: "all", blob }));
    const startMs = performance.now();
    expect(await all(named)).toHaveLength(10_000);
    expect(performance.now() - startMs).toBeLessThan(5_000);
    expect(slices).toEqual([]);
    expect(await all([{ name: "IM1", folder: "all", blob }])).toHaveLength(1);
    expect(slices).toEqual([1024]);
  });

  it("reads of a large archive only its directory and the file that is asked for", async () => {
    const padding = new Uint8Array(20 * mebibyte);
    const zip = await zipOf([
      { name: "padding.dcm", bytes: padding, level: 0 },
      { name: "b.dcm", bytes: binary },
    ]);
    const whole = new Blob([zip]);
    let readBytes = 0;
    const count = (blob: Blob): SourceFile["blob"] => ({
      size: blob.size,
      slice: (from, to) => count(blob.slice(from, to)),
      arrayBuffer: () => {
        readBytes += blob.size;
        return blob.arrayBuffer();
      },
    });
    const [, second] = await all([{ name: "large.zip", folder: "", blob: count(whole) }]);
    expect(second?.kind === "file" && (await second.read())).toEqual(binary);
    expect(readBytes).toBeLessThan(mebibyte);
  });

  it("shows names without tricks", async () => {
    const zip = await zipOf(
      [
        "../../etc/a.dcm",
        "/root/b.dcm",
        "C:\\Users\\c.dcm",
        "..\\d.dcm",
        "x\u202egpj.e.dcm",
        "n\u0000\n.dcm",
        "../",
      ].map((name) => ({ name, bytes: binary })),
    );
    expect(shown(await all([source("s.zip", zip)]))).toEqual([
      "s.zip/etc|a.dcm",
      "s.zip/root|b.dcm",
      "s.zip/Users|c.dcm",
      "s.zip|d.dcm",
      "s.zip|x\ufffdgpj.e.dcm",
      "s.zip|n\ufffd\ufffd.dcm",
    ]);
  });

  it("names what it does not open, file by file, and goes on", async () => {
    const inner = await zipOf([{ name: "a.dcm", bytes: binary }]);
    const zip = await zipOf([
      { name: "inner.zip", bytes: inner },
      { name: "inner", bytes: inner },
      { name: "old.rar", bytes: Uint8Array.of(0x52, 0x61, 0x72, 0x21, 0x1a, 0x07, 1) },
      { name: "secret.dcm", bytes: binary, password: "p", encryptionStrength: 3 },
      { name: "secret2.dcm", bytes: binary, password: "p", zipCrypto: true },
      { name: "b.dcm", bytes: binary },
    ]);
    const found = await all([
      source("s.zip", zip),
      source("x.7z", Uint8Array.of(0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4)),
      source("b.dcm", binary),
    ]);
    expect(shown(found)).toEqual([
      "s.zip|inner.zip|ARCHIVE_NESTED",
      "s.zip|inner|ARCHIVE_NESTED",
      "s.zip|old.rar|ARCHIVE_NESTED",
      "s.zip|secret.dcm|ARCHIVE_ENCRYPTED",
      "s.zip|secret2.dcm|ARCHIVE_ENCRYPTED",
      "s.zip|b.dcm",
      "|x.7z|ARCHIVE_UNSUPPORTED",
      "|b.dcm",
    ]);
    expect(found[3]).toMatchObject({ error: { message: /secret\.dcm is password-protected/ } });
    expect(found[6]).toMatchObject({ error: { message: /x\.7z is a 7-Zip archive/ } });
  });

  it("says in one line that a whole archive is password-protected, damaged, split, empty or without images", async () => {
    const zip = await zipOf([{ name: "a.dcm", bytes: new Uint8Array(5000).map((_, i) => i * 7) }]);
    const secret = await zipOf([{ name: "a.dcm", bytes: binary, password: "p" }]);
    expect(await failure(secret)).toMatchObject({
      code: "ARCHIVE_ENCRYPTED",
      message: /study\.zip is password/,
    });
    expect(await failure(zip.slice(0, zip.length - 30))).toMatchObject({ code: "ARCHIVE_DAMAGED" });
    expect(await failure(zip.slice(40))).toMatchObject({ code: "ARCHIVE_DAMAGED" });
    expect(await failure(utf8("not an archive"))).toMatchObject({
      code: "ARCHIVE_DAMAGED",
      message: /study\.zip/,
    });
    const flipped = Uint8Array.from(zip);
    flipped[60] = (flipped[60] as number) ^ 0x55;
    expect(await failure(flipped)).toMatchObject({ code: "ARCHIVE_DAMAGED", message: /a\.dcm/ });
    const oddMethod = withField(withField(zip, 0x02014b50, 8, 0x000c0000), 0x04034b50, 6, 0x000c0000);
    expect(await failure(oddMethod)).toMatchObject({ code: "ARCHIVE_UNSUPPORTED", message: /method/ });
    expect(await failure(withField(zip, 0x06054b50, 4, 0x00010001))).toMatchObject({
      code: "ARCHIVE_UNSUPPORTED",
    });
    expect(await failure(await zipOf([]))).toMatchObject({ code: "ARCHIVE_EMPTY", message: /is empty/ });
    const text = await zipOf([{ name: "a", bytes: utf8("text") }]);
    expect(await failure(text)).toMatchObject({ code: "ARCHIVE_EMPTY", message: /no image/ });
  });

  it("stops bombs while they inflate, whatever their headers say", async () => {
    const limits = { ...defaultLimits, ratioFromBytes: mebibyte };
    const zeros = await zipOf([{ name: "a.dcm", bytes: new Uint8Array(8 * mebibyte) }]);
    expect(await failure(zeros, { limits })).toMatchObject({
      code: "ARCHIVE_TOO_LARGE",
      message: /200 times/,
    });
    const modest = withField(zeros, 0x02014b50, 24, 1000);
    expect(await failure(modest, { limits })).toMatchObject({ code: "ARCHIVE_DAMAGED" });
    const perFile = { ...defaultLimits, bytesPerFile: mebibyte };
    expect(await failure(zeros, { limits: perFile })).toMatchObject({ message: /beyond 1 MiB/ });
    expect(await failure(withField(zeros, 0x02014b50, 24, 9 * mebibyte))).toMatchObject({
      code: "ARCHIVE_DAMAGED",
      message: /8388608 bytes where its directory says 9437184/,
    });
    expect(await failure(withField(zeros, 0x02014b50, 24, 0x7fffffff))).toMatchObject({
      code: "ARCHIVE_TOO_LARGE",
    });

    const random = createRandom(5);
    const noise = Uint8Array.from({ length: mebibyte }, () => random.next() * 256);
    const many = await zipOf([1, 2, 3].map((n) => ({ name: `${n}.dcm`, bytes: noise })));
    const perArchive = { ...defaultLimits, bytesPerArchive: 2.5 * mebibyte };
    const items = await all([source("many.zip", many)], { limits: perArchive });
    const read = (n: number) => (items[n]?.kind === "file" ? items[n].read().then((b) => b.length) : null);
    expect(await read(0)).toBe(mebibyte);
    expect(await read(0)).toBe(mebibyte);
    expect(await read(1)).toBe(mebibyte);
    await expect(read(2)).rejects.toMatchObject({ code: "ARCHIVE_TOO_LARGE", message: /together/ });

    const few = { ...defaultLimits, entries: 2 };
    expect(await failure(many, { limits: few })).toMatchObject({ message: /more than 2 files/ });
    const view = new DataView(many.buffer);
    const overlapping = Uint8Array.from(many);
    for (let at = 0; at + 46 < many.length; at++)
      if (view.getUint32(at, true) === 0x02014b50)
        new DataView(overlapping.buffer).setUint32(at + 42, 0, true);
    expect(shown(await all([source("o.zip", overlapping)]))).toEqual([
      "o.zip|1.dcm",
      "o.zip|2.dcm|ARCHIVE_TOO_LARGE",
      "o.zip|3.dcm|ARCHIVE_TOO_LARGE",
    ]);
  });

  it("refuses a file that is too large before reading it, and explains one that cannot be read", async () => {
    const blob = {
      size: 600 * mebibyte,
      slice: () => blob,
      arrayBuffer: () => Promise.reject(new Error("gone")),
    };
    const [large] = await all([{ name: "a.dcm", folder: "", blob }]);
    await expect(large?.kind === "file" && large.read()).rejects.toMatchObject({
      code: "FILE_TOO_LARGE",
      message: /600 MiB; at most 512/,
    });
    const [gone] = await all([{ name: "a.dcm", folder: "", blob: { ...blob, size: 9 } }]);
    await expect(gone?.kind === "file" && gone.read()).rejects.toMatchObject({
      code: "FILE_UNREADABLE",
      message: /gone/,
    });
    for (const name of ["IM1", "a.zip"])
      expect(shown(await all([{ name, folder: "f", blob: { ...blob, slice: () => blob } }]))).toEqual([
        `f|${name}|FILE_UNREADABLE`,
      ]);
  });

  it("stops listing when told to", async () => {
    const stop = new AbortController();
    const found = [];
    for await (const item of expand([source("a.dcm", binary), source("b.dcm", binary)], {
      signal: stop.signal,
    })) {
      found.push(item);
      stop.abort();
    }
    expect(found).toHaveLength(1);
  });

  it("survives damage anywhere in an archive: files or coded problems, nothing else", async () => {
    const random = createRandom(9);
    const zip = await zipOf([
      { name: "a.dcm", bytes: Uint8Array.from({ length: 900 }, (_, i) => i * i) },
      { name: "b/c", bytes: binary, level: 0 },
      { name: "d.png", bytes: utf8("d".repeat(300)), zip64: true },
    ]);
    let read = 0;
    let refused = 0;
    for (let round = 0; round < 300; round++) {
      const changed = Uint8Array.from(random.next() < 0.2 ? zip.slice(0, random.next() * zip.length) : zip);
      for (let i = 0; i < 4; i++) changed[Math.floor(random.next() * changed.length)] = random.next() * 256;
      for (const item of await all([source("s.zip", changed)])) {
        const outcome =
          item.kind === "problem" ? item.error : await item.read().catch((error: unknown) => error);
        if (outcome instanceof Uint8Array) read++;
        else {
          expect(outcome).toBeInstanceOf(PneumoscopeError);
          expect((outcome as PneumoscopeError).code).toMatch(/^ARCHIVE_/);
          refused++;
        }
      }
    }
    expect(read).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(100);
  });
});

const rejections: unknown[] = [];
process.on("unhandledRejection", (reason) => rejections.push(reason));
afterAll(() => expect(rejections).toEqual([]));
