import type { Database } from "@/drizzle/client";
import type { RunSearch } from "@/lib/run-search/run-search";
import { runsToCsv } from "@/lib/run-search/runs-csv";
import { findRunIds, readFoundRuns } from "./search";

const portion = 1000;

/**
 * Every run that fits, as UTF-8 CSV in portions. Which runs and in what order is settled at the first portion, so that
 * one which starts or changes meanwhile neither repeats nor hides another; only ids are kept until the end.
 */
export function exportRuns(db: Database, search: RunSearch): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let ids: string[] | undefined;
  let done = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        ids ??= await findRunIds(db, search);
        const rows = await readFoundRuns(db, ids.slice(done, done + portion));
        controller.enqueue(encoder.encode(runsToCsv(rows, { header: done === 0 })));
        done += portion;
        if (done >= ids.length) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
