import { describeCause } from "@/lib/errors";
import type { ServerContext } from "@/lib/server/context";
import { readSetting } from "@/lib/server/settings/read";
import { clean } from "./clean";
import { pruneData } from "./prune-data";

const everyMs = 24 * 60 * 60_000;
const firstAfterMs = 15 * 60_000;

/** Cleans from this process, a quarter of an hour after its start and once a day. What goes wrong is logged and stops nothing. */
export function startCleaning(context: Pick<ServerContext, "database" | "store">): () => void {
  const pass = async () => {
    try {
      const { db } = await context.database();
      const { store } = context;
      await clean({ db, store }, "retention");
      const { deletedDataDays: days } = (await readSetting(db, "retention")).value;
      if (days !== null) await pruneData({ db, store }, { days, actor: "retention" });
    } catch (error) {
      process.stderr.write(`retention: ${describeCause(error)}\n`);
    }
  };
  const first = setTimeout(() => void pass(), firstAfterMs).unref();
  const timer = setInterval(() => void pass(), everyMs).unref();
  return () => {
    clearTimeout(first);
    clearInterval(timer);
  };
}
