import type { Database } from "@/drizzle/client";
import { describeCause } from "@/lib/errors";
import type { ServerContext } from "@/lib/server/context";
import { clean } from "./clean";
import { pruneCheckpoints } from "./prune-checkpoints";
import { pruneDataInTurn } from "./prune-data-in-turn";

const everyMs = 24 * 60 * 60_000;
const firstAfterMs = 15 * 60_000;

/** Cleans from this process, a quarter of an hour after its start and once a day. What goes wrong is logged and stops nothing. */
export function startCleaning(context: ServerContext): () => void {
  const { store } = context;
  const steps = [
    (db: Database) => clean({ db, store }, "retention"),
    (db: Database) => pruneDataInTurn({ db, store }, "retention"),
    async (db: Database) => pruneCheckpoints(db, await context.trainer()),
  ];
  const pass = async () => {
    // One that fails every day must not keep the others from their work.
    for (const step of steps) {
      await context
        .database()
        .then(({ db }): Promise<unknown> => step(db))
        .catch((error) => process.stderr.write(`retention: ${describeCause(error)}\n`));
    }
  };
  const first = setTimeout(() => void pass(), firstAfterMs).unref();
  const timer = setInterval(() => void pass(), everyMs).unref();
  return () => {
    clearTimeout(first);
    clearInterval(timer);
  };
}
