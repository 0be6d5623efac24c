import { configure, Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { decodeRadiograph } from "@/lib/xray/decode-radiograph";
import type { FuzzFile, FuzzOutcome } from "@/lib/xray/dicom/fuzz.fixture";
import { makeValidPictures } from "@/lib/xray/pictures.fixture";
import { expand } from ".";

/** Archives of a few pictures: deflated, stored, with ZIP64, data descriptors, a password, an archive inside. */
export async function makeValidArchives(): Promise<FuzzFile[]> {
  configure({ useWebWorkers: false });
  const pictures = makeValidPictures().slice(0, 6);
  const plain = await zipOf(pictures, {});
  return [
    { from: "deflated ZIP", bytes: plain },
    { from: "stored ZIP", bytes: await zipOf(pictures, { level: 0 }) },
    { from: "ZIP64", bytes: await zipOf(pictures, { zip64: true }) },
    { from: "ZIP without data descriptors", bytes: await zipOf(pictures, { dataDescriptor: false }) },
    { from: "locked ZIP", bytes: await zipOf(pictures, { password: "p" }) },
    { from: "ZIP in a ZIP", bytes: await zipOf([{ from: "inner.zip", bytes: plain }, ...pictures], {}) },
  ];
}

async function zipOf(
  files: readonly FuzzFile[],
  options: { level?: number; zip64?: boolean; dataDescriptor?: boolean; password?: string },
): Promise<Uint8Array> {
  const writer = new ZipWriter(new Uint8ArrayWriter());
  for (const [n, { bytes }] of files.entries())
    await writer.add(n % 2 ? `a/IM${n}` : `${n}.png`, new Uint8ArrayReader(bytes), options);
  return writer.close();
}

/** Opens an archive and reads all in it, as the product would. Whatever fails without a code is a defect. */
export async function tryArchive({ from, bytes }: FuzzFile): Promise<FuzzOutcome> {
  const startedAt = performance.now();
  const end = (outcome: string, message = "") => ({
    from,
    outcome,
    message,
    durationMs: performance.now() - startedAt,
  });
  let last = end("empty");
  try {
    const blob = new Blob([Uint8Array.from(bytes)]);
    for await (const found of expand([{ name: "study.zip", folder: "", blob }])) {
      if (found.kind === "problem") {
        last = end(found.error.code, found.error.message);
        continue;
      }
      try {
        await decodeRadiograph(await found.read());
        last = end("read");
      } catch (error) {
        if (!(error instanceof PneumoscopeError)) throw error;
        last = end(error.code, error.message);
      }
    }
  } catch (error) {
    return end("defect", error instanceof Error ? (error.stack ?? error.message) : describeError(error));
  }
  return last;
}
