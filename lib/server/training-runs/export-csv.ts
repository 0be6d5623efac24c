import type { Database } from "@/drizzle/client";
import type { RunSearch } from "@/lib/run-search/run-search";
import { runsToCsv } from "@/lib/run-search/runs-csv";
import { searchRuns } from "./search";

const portion = 1000;

/** Every run that fits, as UTF-8 CSV in portions, so that ten thousand need no more memory than a thousand. */
export function exportRuns(db: Database, search: RunSearch): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let offset = 0;
  return new ReadableStream({
    async pull(controller) {
      const { rows } = await searchRuns(db, search, { offset, limit: portion });
      const text = runsToCsv(rows, { header: offset === 0 });
      if (text) controller.enqueue(encoder.encode(text));
      offset += portion;
      if (rows.length < portion) controller.close();
    },
  });
}
