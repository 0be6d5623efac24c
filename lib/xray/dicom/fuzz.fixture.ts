import { describeError, PneumoscopeError } from "@/lib/errors";
import { createRandom } from "@/lib/random";
import { mutate } from "@/lib/testing/dicom/mutate";
import { decodeRadiograph } from "../decode-radiograph";
import { hasDcmtk } from "./encoders.fixture";
import { nameOf, syntaxCases } from "./syntax-cases.fixture";

export interface FuzzFile {
  /** The valid file that was changed. */
  from: string;
  bytes: Uint8Array;
}

export interface FuzzOutcome {
  from: string;
  /** "read", or the code of the refusal; "defect" is what must never be. */
  outcome: string;
  message: string;
  durationMs: number;
}

/** The valid files of every transfer syntax; those that need DCMTK where it is installed and wanted. */
export async function makeValidFiles(withDcmtk = hasDcmtk): Promise<FuzzFile[]> {
  const usable = syntaxCases.filter(({ needsDcmtk }) => withDcmtk || !needsDcmtk);
  const files: FuzzFile[] = [];
  for (const syntaxCase of usable) files.push({ from: nameOf(syntaxCase), bytes: await syntaxCase.write() });
  return files;
}

/** The same seed and index give the same file. */
export function mutatedFile(files: readonly FuzzFile[], seed: number, index: number): FuzzFile {
  const random = createRandom(Math.imul(seed, 0x9e3779b1) + index);
  const { from, bytes } = files[index % files.length] as FuzzFile;
  const other = files[random.int(files.length)] as FuzzFile;
  return { from, bytes: mutate(bytes, random, other.bytes) };
}

/** Reads a file as the product would. Whatever is neither a sound radiograph nor a PneumoscopeError is a defect. */
export async function tryFile({ from, bytes }: FuzzFile): Promise<FuzzOutcome> {
  const startedAt = performance.now();
  const end = (outcome: string, message = "") => ({
    from,
    outcome,
    message,
    durationMs: performance.now() - startedAt,
  });
  try {
    const { values, width, height, voi, minimum, maximum } = await decodeRadiograph(bytes);
    const sound =
      values.length === width * height &&
      Number.isFinite(minimum) &&
      Number.isFinite(maximum) &&
      (voi.kind === "table" ? voi.levels.length > 0 : Number.isFinite(voi.center) && voi.width > 0);
    return sound ? end("read") : end("defect", `${values.length} values for ${width} × ${height}`);
  } catch (error) {
    if (error instanceof PneumoscopeError && /^(IMAGE|DICOM)_/.test(error.code))
      return end(error.code, error.message);
    return end("defect", error instanceof Error ? (error.stack ?? error.message) : describeError(error));
  }
}
