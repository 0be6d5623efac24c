import { randomUUID } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { evaluations, trainingRuns } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import { markPublished } from "@/lib/server/model-versions/published-weights";
import { changeSetting } from "@/lib/server/settings/change";
import { settingDefinitions } from "@/lib/server/settings/definitions";
import { type TestDeployment, withDeployment } from "@/lib/server/testing/test-deployment";
import { deleteRun } from "@/lib/server/training-runs/delete";
import { createRun } from "@/lib/server/training-runs/runs";
import { demo } from "@/lib/training/presets/demo";
import { clean } from "./clean";
import { planCleaning } from "./plan-cleaning";

let deployment: TestDeployment;

withDeployment("file", { patients: [] }, (made) => {
  deployment = made;
});

describe("the weights of a deleted run", () => {
  const later = new Date(Date.now() + 40 * 86_400_000);
  const retention = {
    runLogsDays: null,
    rejectedWeightsDays: 30,
    deletedDataDays: null,
    failedSignInsDays: 3_650,
    endedSessionsDays: 3_650,
  };

  async function deletedRun(name: string) {
    const { db, store } = deployment;
    const { digest } = await store.put(new TextEncoder().encode(name));
    const { id } = await endedRun(digest, new Date());
    await deleteRun(db, { id, actor: "test" });
    return { id, digest };
  }

  async function endedRun(weightsDigest: Digest, finishedAt: Date) {
    const { db } = deployment;
    const { id } = await createRun(db, {
      trigger: "command",
      key: randomUUID(),
      source: "inbox",
      config: demo,
    });
    await db
      .update(trainingRuns)
      .set({ state: "succeeded", weightsDigest, finishedAt })
      .where(eq(trainingRuns.id, id));
    return { id };
  }

  it("go in time, unless something still names them", async () => {
    const { db, store } = deployment;
    const alone = await deletedRun("of a deleted run alone");
    const twice = await deletedRun("of another run too");
    await endedRun(twice.digest, later);
    const parent = await deletedRun("another run started from them");
    const child = await endedRun(twice.digest, later);
    await db
      .update(trainingRuns)
      .set({ initialWeightsDigest: parent.digest })
      .where(eq(trainingRuns.id, child.id));
    const evaluated = await deletedRun("evaluated");
    const anyDigest: Digest = `sha256:${"a".repeat(64)}`;
    await db.insert(evaluations).values({
      weightsDigest: evaluated.digest,
      setDigest: anyDigest,
      predictionsDigest: anyDigest,
      documentDigest: anyDigest,
    });
    const published = await deletedRun("published");
    await markPublished(store, published.digest);

    const planned = async (now: Date) => (await planCleaning(db, store, retention, now)).weights;
    expect(await planned(new Date())).toEqual([]);
    expect(await planned(later)).toEqual([{ digest: alone.digest, runIds: [alone.id], sizeBytes: 22 }]);
    const { initial: seen } = settingDefinitions.retention;
    await changeSetting(db, { name: "retention", value: retention, seen, actor: "test" });
    await clean({ db, store }, "retention", later);
    expect(await store.stat(alone.digest)).toBeNull();
    for (const { digest } of [twice, parent, evaluated, published])
      expect(await store.stat(digest)).not.toBeNull();
  });

  it("and any others are found behind a thousand that have gone", async () => {
    const { db, store } = deployment;
    const { digest } = await store.put(new TextEncoder().encode("behind the others"));
    const run = await endedRun(digest, new Date());
    await db.execute(sql`
      insert into training_runs (id, key, trigger, state, source, config, config_digest, weights_digest, finished_at)
      select 'gone-' || n, 'gone-' || n, trigger, state, source, config, config_digest, 'sha256:' || lpad(n::text, 64, '0'), finished_at
      from training_runs, generate_series(1, 1000) n where id = ${run.id}`);
    const { weights } = await planCleaning(db, store, retention, later);
    expect(weights).toEqual([{ digest, runIds: [run.id], sizeBytes: 17 }]);
  });
});
