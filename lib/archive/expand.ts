import { PneumoscopeError } from "@/lib/errors";
import { fileTooLarge, unreadable, unsupportedArchive } from "./archive-errors";
import { displayPath, joinPath } from "./display-path";
import { defaultLimits, type ExpandLimits } from "./limits";
import type { FoundFile, FoundProblem, SourceBytes, SourceFile } from "./source-file";
import { headBytes, type Kind, kindOfContent, kindOfName } from "./what-is-it";

export interface ExpandOptions {
  limits?: ExpandLimits;
  /** Ends the listing; what was found stays readable. */
  signal?: AbortSignal;
  /** Told of each file in a folder or archive that is plainly no image: text, DICOMDIR, .DS_Store, … */
  onSkipped?(path: string): void;
}

/**
 * What may be images among files, folders and ZIP archives, in their order. Lazy: a file whose name says that it
 * is an image is not opened, any other only at its first bytes, and an archive only at its directory; `read`
 * fetches the rest. A file given by itself always comes out, so that its reader is told what is wrong with it.
 * ZIPs are opened one level deep. Never throws for a file: its problem is yielded and the others go on.
 */
export async function* expand(
  files: readonly SourceFile[],
  { limits = defaultLimits, signal, onSkipped = () => undefined }: ExpandOptions = {},
): AsyncGenerator<FoundFile | FoundProblem, void, void> {
  for (const file of files) {
    if (signal?.aborted) return;
    const shown = displayPath(joinPath(file.folder, file.name));
    try {
      if (file.unreadable !== undefined) throw unreadable(shown.name, file.unreadable);
      const blob = explained(file.blob, shown.name);
      const kind = await kindOf(file, blob, shown.name);
      if (kind.kind === "zip") {
        const { expandZip } = await import("./expand-zip");
        yield* expandZip(blob, shown, { limits, signal, onSkipped });
      } else if (kind.kind === "archive") {
        throw unsupportedArchive(`${shown.name} is a ${kind.format} archive, which is not opened`);
      } else if (kind.kind === "clutter" && file.folder !== "") {
        onSkipped(joinPath(shown.folder, shown.name));
      } else {
        yield foundFile(blob, shown, limits.bytesPerFile);
      }
    } catch (error) {
      if (!(error instanceof PneumoscopeError)) throw error;
      yield { kind: "problem", ...shown, error };
    }
  }
}

async function kindOf(file: SourceFile, blob: SourceBytes, name: string): Promise<Kind> {
  const known = kindOfName(name, file.folder);
  if (known) return known;
  return kindOfContent(name, new Uint8Array(await blob.slice(0, headBytes).arrayBuffer()));
}

function foundFile(
  blob: SourceBytes,
  shown: { name: string; folder: string },
  limitBytes: number,
): FoundFile {
  return {
    kind: "file",
    ...shown,
    sizeBytes: blob.size,
    async read() {
      if (blob.size > limitBytes) throw fileTooLarge(shown.name, blob.size, limitBytes);
      return new Uint8Array(await blob.arrayBuffer());
    },
  };
}

/** The same bytes, whose failures name the file. */
function explained(blob: SourceBytes, name: string): SourceBytes {
  return {
    size: blob.size,
    slice: (start, end) => explained(blob.slice(start, end), name),
    arrayBuffer: () =>
      blob.arrayBuffer().catch((cause: unknown) => {
        throw unreadable(name, cause);
      }),
  };
}
