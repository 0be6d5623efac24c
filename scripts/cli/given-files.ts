import { expand, type FoundFile } from "@/lib/archive";
import { displayPath, joinPath } from "@/lib/archive/display-path";
import { PneumoscopeError } from "@/lib/errors";
import { type TypedPath, walkFiles } from "@/lib/node/walk-files";
import { resolveTyped } from "./project-folder";

/** A file to be read; `file` as a person would find it: the path typed, the way inside the folder or archive. */
export interface GivenFile {
  file: string;
  read: FoundFile["read"];
}

export interface GivenProblem {
  file: string;
  error: PneumoscopeError;
}

export interface GivenFiles {
  files: AsyncGenerator<GivenFile | GivenProblem, void, void>;
  /** Files of folders and archives that are plainly no images, passed over so far. */
  skipped(): number;
}

/** Paths as typed, found from where the person is; call it before the command enters the project's folder. */
export function typedPaths(args: readonly string[]): TypedPath[] {
  return args.map((typed) => ({ typed, path: resolveTyped(typed) }));
}

/**
 * Files, folders and ZIP archives named on a command line, one file after the other.
 * @returns files; a problem for each that cannot be opened, and one where nothing was found at all
 */
export function givenFiles(given: readonly TypedPath[]): GivenFiles {
  let skipped = 0;
  return { files: listGiven(given, () => skipped++), skipped: () => skipped };
}

async function* listGiven(
  given: readonly TypedPath[],
  onSkipped: () => void,
): AsyncGenerator<GivenFile | GivenProblem, void, void> {
  let found = 0;
  for await (const walked of walkFiles(given)) {
    if ("error" in walked) {
      found++;
      yield { file: joinPath(walked.folder === "." ? "" : walked.folder, walked.name), error: walked.error };
      continue;
    }
    const shown = displayPath(joinPath(walked.folder, walked.name));
    const own = joinPath(shown.folder, shown.name);
    for await (const item of expand([walked], { onSkipped })) {
      found++;
      const file = walked.path + joinPath(item.folder, item.name).slice(own.length);
      yield item.kind === "file" ? { file, read: item.read } : { file, error: item.error };
    }
  }
  if (found > 0) return;
  const file = given.map(({ typed }) => typed).join(", ");
  const error = new PneumoscopeError("FILE_NOT_FOUND", `There is no image in ${file}.`);
  yield { file, error };
}

/** For a line of text: names from archives and folders may hold line breaks and a terminal's own commands. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, "\ufffd");
}

/** Says on stderr how many were passed over, where any were. */
export function reportSkipped(skipped: number): void {
  if (skipped === 0) return;
  const files = skipped === 1 ? "1 file was" : `${skipped} files were`;
  process.stderr.write(`${files} passed over: plainly no image (text, index, program or the like).\n`);
}
