import path from "node:path";

/** The folder of everything this machine keeps: PNEUMOSCOPE_DATA_DIR, or ./data. Absolute. */
export function dataDirectory(): string {
  return path.resolve(/* turbopackIgnore: true */ process.env.PNEUMOSCOPE_DATA_DIR || "data");
}

/** A path inside the data folder. */
export function inDataDirectory(...segments: string[]): string {
  return path.join(dataDirectory(), ...segments);
}
