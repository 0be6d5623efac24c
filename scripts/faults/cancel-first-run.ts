import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { drizzle } from "drizzle-orm/postgres-js";
import type { Sql } from "postgres";
import * as schema from "@/drizzle/schema";
import { describeCause, PneumoscopeError } from "@/lib/errors";
import { createTrainerClient, type TrainerClient } from "@/lib/server/trainer-client";
import { cancelRun } from "@/lib/server/training-runs/cancel";
import { doneMark } from "./armed";

interface CancelInputs {
  sql: Sql;
  data: string;
  /** Of the fault. */
  id: number;
  folder: string;
  log(line: string): void;
}

/**
 * Cancels a trial's first run as a web process without a scheduler would, from the driver's own.
 * @returns false where it has to be tried again: the record was away
 */
export async function cancelFirstRun({ sql, data, id, folder, log }: CancelInputs): Promise<boolean> {
  try {
    const [run] = await sql<{ id: string }[]>`select id from training_runs order by key limit 1`;
    const db = drizzle(sql, { schema });
    const trainer = async () => trainerOf(data);
    await cancelRun(
      { db, trainer, log },
      { id: run?.id ?? "", reason: "somebody changed their mind", actor: "ada@example.org" },
    );
  } catch (error) {
    log(`the cancel: ${describeCause(error)}`);
    if (!(error instanceof PneumoscopeError && error.code === "RUN_NOT_CANCELLABLE")) return false;
  }
  writeFileSync(doneMark(folder, id), "");
  return true;
}

/** @throws where it has not started yet */
function trainerOf(data: string): TrainerClient {
  const { url } = JSON.parse(readFileSync(path.join(data, "run", "trainer.json"), "utf8")) as { url: string };
  return createTrainerClient({ baseUrl: url, secret: process.env.TRAINER_SECRET ?? "", timeoutMs: 6_000 });
}
