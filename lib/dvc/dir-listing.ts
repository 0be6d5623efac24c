import { z } from "zod";
import { PneumoscopeError } from "@/lib/errors";
import { type Md5, md5OfText, md5Pattern } from "./md5";

/** A file of a folder that DVC tracks; `path` with forward slashes. */
export interface DvcFile {
  path: string;
  md5: Md5;
}

const dirSchema = z.array(z.object({ md5: z.string().regex(md5Pattern), relpath: z.string().min(1) }));

/**
 * The `.dir` object of a folder, byte for byte as DVC writes it: Python's `json.dumps(…, sort_keys=True)` over the
 * entries sorted by path in code point order (dvc-data's `Tree.as_list` and `Tree.as_bytes`).
 */
export function writeDirListing(files: readonly DvcFile[]): string {
  const sorted = [...files].sort((a, b) => compareCodePoints(a.path, b.path));
  const entries = sorted.map(({ md5, path }) => `{"md5": "${md5}", "relpath": ${pythonString(path)}}`);
  return `[${entries.join(", ")}]`;
}

/** What names the folder's state: the MD5 of its `.dir` object, without the suffix `.dir`. */
export function dirMd5(files: readonly DvcFile[]): Md5 {
  return md5OfText(writeDirListing(files));
}

/**
 * Reads a `.dir` object.
 * @param name for messages
 * @throws DATA_LISTING_INVALID where it is no listing, or names a path twice or one outside the folder
 */
export function parseDirListing(text: string, name: string): DvcFile[] {
  const parsed = dirSchema.safeParse(jsonOf(text, name));
  if (!parsed.success) throw invalid(name, z.prettifyError(parsed.error));
  const seen = new Set<string>();
  return parsed.data.map(({ md5, relpath }) => {
    if (!isInside(relpath)) throw invalid(name, `it names ${relpath}, which is not inside the folder`);
    if (seen.has(relpath)) throw invalid(name, `it names ${relpath} twice`);
    seen.add(relpath);
    return { path: relpath, md5 };
  });
}

/** Whether a path stays below the folder it is relative to. */
export function isInside(path: string): boolean {
  if (path.includes("\\") || path.includes("\0")) return false;
  return path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

function jsonOf(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(name, "it is not JSON", cause);
  }
}

function invalid(name: string, reason: string, cause?: unknown): PneumoscopeError {
  return new PneumoscopeError(
    "DATA_LISTING_INVALID",
    `The folder listing ${name} cannot be used: ${reason}. Push the data again from where it is whole.`,
    { cause },
  );
}

/** As Python sorts strings; JavaScript's own order differs beyond the basic plane. */
function compareCodePoints(a: string, b: string): number {
  const left = Array.from(a);
  const right = Array.from(b);
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const difference = (left[index]?.codePointAt(0) ?? 0) - (right[index]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** A string as Python's JSON writes it: everything outside printable ASCII escaped, per UTF-16 unit. */
function pythonString(text: string): string {
  return JSON.stringify(text).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
