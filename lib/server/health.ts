import { z } from "zod";
import { PneumoscopeError } from "@/lib/errors";
import { recordAway } from "@/lib/node/embedded-postgres";
import { type AskedPart, askDatabase, askStorage, askTrainer, partLimitMs } from "./ask-parts";
import type { ServerContext } from "./context";

const partHealth = z.object({ ok: z.boolean(), detail: z.string() });
type PartHealth = z.infer<typeof partHealth>;

export const healthAnswer = z.object({
  ok: z
    .boolean()
    .describe("whether pages and the record work; without the trainer only retraining stands still"),
  web: partHealth,
  database: partHealth,
  trainer: partHealth,
  storage: partHealth,
});
export type Health = z.infer<typeof healthAnswer>;

/** Looks at every part, for anyone who asks: without hosts, paths and errors, which the server's log has. Never throws. */
export async function checkHealth(context: ServerContext): Promise<Health> {
  const [database, trainer, storage] = await Promise.all([
    askDatabase(context),
    askTrainer(context),
    askStorage(context),
  ]);
  return {
    ok: database.ok && storage.ok,
    web: { ok: true, detail: "answers" },
    database: publicly(database, ({ kind }) => kind, recordAway),
    trainer: publicly(
      trainer,
      ({ engine, waiting }) => `${engine ?? "looking for an engine"}, ${waiting} waiting`,
      "The training service does not answer.",
    ),
    storage: publicly(storage, () => "writable", "The storage cannot be written to."),
  };
}

function publicly<Said>(part: AskedPart<Said>, say: (said: Said) => string, sorry: string): PartHealth {
  if (part.ok) return { ok: true, detail: say(part) };
  if (part.reason === "late") return { ok: false, detail: `No answer within ${partLimitMs / 1000} s.` };
  const { error } = part;
  // Where nobody wrote a sentence for readers, userMessage is the log's.
  const isForReaders = error instanceof PneumoscopeError && error.userMessage !== error.message;
  return { ok: false, detail: isForReaders ? error.userMessage : sorry };
}
