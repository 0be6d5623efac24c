import path from "node:path";
import { inject } from "vitest";

/** The bundle of a program, for `node`. @param entry e.g. "scripts/predict", one of those in bundled-entries.ts */
export function bundledEntry(entry: string): string {
  return path.join(inject("bundledEntries"), `${entry}.mjs`);
}
