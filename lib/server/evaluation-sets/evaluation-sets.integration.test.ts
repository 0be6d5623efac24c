import { spawnSync } from "node:child_process";
import { copyFile } from "node:fs/promises";
import path from "node:path";
import { asc, like } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { auditEvents, decisions, evaluationSets, evaluations } from "@/drizzle/schema";
import { documentDigest } from "@/lib/evaluation/document";
import { readCurrentManifest } from "@/lib/node/current-model";
import { bundledEntry } from "@/lib/node/testing/bundled-entry";
import { defaultPolicy, type PromotionPolicy } from "@/lib/promotion/policy";
import { executeRun } from "@/lib/server/jobs/execute-run";
import { requireChampion } from "@/lib/server/model-versions/current";
import { registerBaseline } from "@/lib/server/model-versions/register-baseline";
import { fakeTrainerClient } from "@/lib/server/testing/fake-trainer-client";
import { evenPatients, patientsFrom, writeDataset } from "@/lib/server/testing/installation-files";
import { type TestDeployment, withDeployment } from "@/lib/server/testing/test-deployment";
import { createRun, requireRun } from "@/lib/server/training-runs/runs";
import { comparisonConditions } from "@/lib/training/job";
import { trainingConfig } from "@/lib/training/training-config";
import { addEvaluationSet } from "./add";
import { findEvaluation, loadDocument, loadEvaluation } from "./evaluations";
import { listEvaluationSets } from "./list";
import { removeEvaluationSet } from "./remove";

let deployment: TestDeployment;
let trainer: ReturnType<typeof fakeTrainerClient>;
let site: string;
let runs = 0;

withDeployment("file", {}, async (made) => {
  deployment = made;
  trainer = fakeTrainerClient({ store: deployment.store, skill: 0.9 });
  await registerBaseline(deployment.db, deployment.store);
  site = path.join(deployment.folder, "site");
  await writeDataset(site, patientsFrom(5000, 30));
});

const add = (name: string, folder: string) => addEvaluationSet(deployment, { name, folder, actor: "admin" });

async function loop(policy: PromotionPolicy = defaultPolicy) {
  const { db, store, signingKey, dataset: source } = deployment;
  trainer.control.salt = `run ${++runs}`;
  const config = { ...trainingConfig("demo", ["epochs=1"]), seed: runs };
  const { id } = await createRun(db, { trigger: "command", key: `run:${runs}`, source, config });
  const outcome = executeRun(id, { db, store, signingKey, trainer: trainer.client, policy, log: () => {} });
  return { id, outcome };
}

async function rulesOf(runId: string) {
  const rows = await deployment.db.select().from(decisions);
  const comparison = rows.find((row) => row.runId === runId)?.comparison;
  return { comparison, rules: comparison?.rules.filter(({ rule }) => rule.startsWith("set-")) ?? [] };
}

// The tests follow one deployment through its life.
describe("evaluation sets", () => {
  it("are registered once, by name, with their images in the store", async () => {
    const added = await add("other site", site);
    expect(added).toMatchObject({ images: 30, patients: 30, positives: 15, unreadable: 0, addedBy: "admin" });
    expect(await deployment.store.stat(added.digest)).not.toBeNull();
    expect(await add("other site", site)).toEqual(added);
    expect(await listEvaluationSets(deployment.db)).toEqual([added]);
    await writeDataset(path.join(deployment.folder, "third"), patientsFrom(7000, 10));
    await expect(add("other site", path.join(deployment.folder, "third"))).rejects.toMatchObject({
      code: "EVALUATION_SET_TAKEN",
    });
    await expect(add("../up", site)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    await expect(add("a copy", site)).rejects.toMatchObject({
      code: "DATASET_LEAKS",
      message: expect.stringMatching(
        /shares 30 images \(NORMAL\/IM-5001-0001\.png, .*…\) and 30 patients .*“other site”/,
      ),
    });
    const actions = await deployment.db
      .select()
      .from(auditEvents)
      .where(like(auditEvents.action, "evaluation_set.%"));
    expect(actions).toMatchObject([
      { action: "evaluation_set.added", actor: "admin", entityId: "other site" },
    ]);
  });

  it("are read by champion and challenger, once by each, and stand in the run's record side by side", async () => {
    const { id, outcome } = await loop();
    expect((await outcome).outcome).toBe("promoted");
    const [set] = await listEvaluationSets(deployment.db);
    if (!set) throw new Error("no set");
    const { comparison, rules } = await rulesOf(id);
    expect(rules).toEqual([]);
    const [scored] = comparison?.evaluationSets ?? [];
    expect(scored).toMatchObject({
      name: "other site",
      champion: { n: 30 },
      challenger: { n: 30, auc: { value: 1 } },
    });
    expect(scored?.champion.auc.low).not.toBeNull();

    const { weightsDigest, version } = await requireChampion(deployment.db);
    const row = await findEvaluation(deployment.db, weightsDigest, set.digest);
    if (!row) throw new Error("not recorded");
    const document = await loadDocument(deployment.store, row);
    expect(documentDigest(document)).toBe(row.documentDigest);
    expect(document).toMatchObject({ set: { name: "other site", digest: set.digest }, all: { n: 30 } });
    const predictions = await loadEvaluation(deployment, weightsDigest, set.digest);
    expect(predictions?.map((item) => item.split)).toEqual(Array.from({ length: 30 }, () => "test"));

    // The held-out patients have a document too, with the conditions of the comparison.
    const { datasetDigest } = await requireRun(deployment.db, id);
    const heldOut = datasetDigest && (await findEvaluation(deployment.db, weightsDigest, datasetDigest));
    const home = heldOut && (await loadDocument(deployment.store, heldOut));
    expect(home?.all.auc.value).toBe(comparison?.challenger.auc.value);
    expect(home?.conditions).toHaveLength(1 + comparisonConditions.length);

    // v2 has read the set already, as a challenger.
    const policy = policyOn("other site", { minPatientsPerClass: 15, sensitivityMargin: 1, aucMargin: 1 });
    const second = await loop(policy);
    expect(version).toBe("v2");
    await second.outcome;
    expect([...trainer.jobs.keys()].filter((job) => job.includes("-on-"))).toHaveLength(3);
    expect((await rulesOf(second.id)).rules.map((rule) => rule.status)).toEqual(["passed", "passed"]);
    // Three models read the set, and three the held-out patients.
    expect(await deployment.db.select().from(evaluations)).toHaveLength(6);
  });

  it("keep the champion where a set that the policy requires is missing or too small", async () => {
    const both = ["nowhere", "other site"].flatMap(
      (name) => policyOn(name, { minPatientsPerClass: 16 }).evaluationSets,
    );
    const { id, outcome } = await loop({ ...defaultPolicy, evaluationSets: both });
    expect((await outcome).outcome).toBe("kept");
    const { rules } = await rulesOf(id);
    expect(rules.map(({ rule, status, blocks }) => [rule, status, blocks])).toEqual(
      both.flatMap(() => [
        ["set-sensitivity-kept", "insufficient", true],
        ["set-auc-kept", "insufficient", true],
      ]),
    );
    expect(rules[0]?.detail).toContain("no evaluation set of that name was read");
    expect(rules[2]?.detail).toContain("15 patients of a class, of at least 16");
  });

  it("are never trained on: data that shares a patient or an image with one ends the run before training", async () => {
    const before = (await readCurrentManifest(deployment.store)).manifest.version;
    const copied = path.join(deployment.dataset, "PNEUMONIA", "renamed.png");
    await copyFile(path.join(site, "PNEUMONIA", "person5000_virus_5000.png"), copied);
    await writeDataset(deployment.dataset, patientsFrom(5001, 1));
    const jobs = trainer.jobs.size;
    const { id, outcome } = await loop();
    await expect(outcome).rejects.toMatchObject({
      code: "DATASET_LEAKS",
      message: expect.stringMatching(
        /shares 2 images \(NORMAL\/IM-5001-0001\.png, PNEUMONIA\/renamed\.png\) and 1 patient \(IM-5001\) with evaluation set “other site”/,
      ),
    });
    expect(await requireRun(deployment.db, id)).toMatchObject({
      state: "failed",
      errorCode: "DATASET_LEAKS",
    });
    expect(trainer.jobs.size).toBe(jobs);
    expect((await readCurrentManifest(deployment.store)).manifest.version).toBe(before);
  });

  it("cannot be made of images that a recorded dataset version holds", async () => {
    const mixed = path.join(deployment.folder, "mixed");
    await writeDataset(mixed, [...evenPatients(12).slice(-6), ...patientsFrom(900, 4)]);
    await expect(add("own data", mixed)).rejects.toMatchObject({
      code: "DATASET_LEAKS",
      message: expect.stringMatching(/shares 6 images .* and 6 patients .* with dataset version sha256:/),
    });
  });

  it("can be removed, which keeps what was read, and registered anew", async () => {
    await removeEvaluationSet(deployment.db, { name: "other site", actor: "admin" });
    await expect(
      removeEvaluationSet(deployment.db, { name: "other site", actor: "admin" }),
    ).rejects.toMatchObject({
      code: "EVALUATION_SET_NOT_FOUND",
      message: expect.stringContaining("None is registered"),
    });
    expect(await listEvaluationSets(deployment.db)).toEqual([]);
    const rows = await deployment.db.select().from(evaluationSets).orderBy(asc(evaluationSets.id));
    expect(rows).toMatchObject([{ name: "other site", removedBy: "admin" }]);
    expect((await deployment.db.select().from(evaluations)).length).toBeGreaterThan(2);
    const again = await add("other site", path.join(deployment.folder, "third"));
    expect(again).toMatchObject({ images: 10, removedAt: null });
  });

  it("are listed by the command, which names a set that there is none of", () => {
    const command = (...given: string[]) =>
      spawnSync(process.execPath, [bundledEntry("scripts/evaluation-sets"), ...given], {
        encoding: "utf8",
      });
    const listed = command("list", "--json");
    expect(JSON.parse(listed.stdout), listed.stderr).toMatchObject([
      { name: "other site", images: 10, champion: null },
    ]);
    const absent = command("report", "nowhere");
    expect([absent.status, absent.stderr]).toEqual([
      1,
      expect.stringMatching(/EVALUATION_SET_NOT_FOUND: .*“nowhere”. There are: “other site”/),
    ]);
  });
});

function policyOn(
  name: string,
  changes: Partial<PromotionPolicy["evaluationSets"][number]>,
): PromotionPolicy {
  const rule = {
    name,
    sensitivityMargin: 0.02,
    aucMargin: 0.02,
    minPatientsPerClass: 20,
    required: true,
    weight: 0,
  };
  return { ...defaultPolicy, evaluationSets: [{ ...rule, ...changes }] };
}
