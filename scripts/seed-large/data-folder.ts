import { inDataDirectory } from "@/lib/node/data-directory";

/** Leads this process to the seeded database's own folder, unless one was named. */
export function largeDataFolder(): void {
  if (process.env.PNEUMOSCOPE_DATA_DIR) return;
  process.env.PNEUMOSCOPE_DATA_DIR = inDataDirectory("large");
}
