import { asc } from "drizzle-orm";
import { describe, expect, it, vi } from "vitest";
import {
  alphaLedger,
  auditEvents,
  decisions,
  modelVersions,
  promotionApprovals,
  promotionPolicies,
  promotionReviews,
} from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import { readCurrentManifest } from "@/lib/node/current-model";
import { levelOfLook } from "@/lib/promotion/alpha-ledger";
import { defaultPolicy, type PromotionPolicy, policyDigest } from "@/lib/promotion/policy";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { lockChampion } from "@/lib/server/model-versions/current";
import { registerBaseline } from "@/lib/server/model-versions/register-baseline";
import { approvePromotion, rejectPromotion } from "@/lib/server/model-versions/review";
import { fakeTrainerClient } from "@/lib/server/testing/fake-trainer-client";
import { patientsFrom, writeDataset } from "@/lib/server/testing/installation-files";
import { type TestDeployment, withDeployment } from "@/lib/server/testing/test-deployment";
import { createRun } from "@/lib/server/training-runs/runs";
import { trainingConfig } from "@/lib/training/training-config";
import { enterLook } from "./enter-look";
import { executeRun } from "./execute-run";

let deployment: TestDeployment;
let trainer: ReturnType<typeof fakeTrainerClient>;
let seed = 0;

withDeployment("test", {}, async (made) => {
  deployment = made;
  trainer = fakeTrainerClient({ store: deployment.store, skill: 0.9 });
  await registerBaseline(deployment.db, deployment.store);
});

const review: PromotionPolicy = { ...defaultPolicy, mode: "review" };

async function newRun() {
  const config = { ...trainingConfig("demo", ["epochs=1"]), seed: ++seed };
  return createRun(deployment.db, {
    trigger: "command",
    key: `run:${seed}`,
    source: deployment.dataset,
    config,
  });
}

async function execute(runId: string, policy: PromotionPolicy = defaultPolicy) {
  const { db, store, signingKey } = deployment;
  return executeRun(runId, { db, store, signingKey, trainer: trainer.client, policy, log: () => {} });
}

async function run(skill: number, policy?: PromotionPolicy) {
  trainer.control.skill = skill;
  trainer.control.salt = `salt ${seed}`;
  return execute((await newRun()).id, policy);
}

const looks = () => deployment.db.select().from(alphaLedger).orderBy(asc(alphaLedger.look));

describe("the ledger on record", () => {
  it("has a look, its level and the policy's digest for every decision, across promotions", async () => {
    const kept = await run(0);
    const promoted = await run(0.9);
    expect([kept.outcome, promoted.outcome]).toEqual(["kept", "promoted"]);
    await writeDataset(deployment.dataset, patientsFrom(300, 20));
    const third = await run(0.9);
    expect(third.outcome).toBe("kept");
    const levels = [1, 2, 3].map((look) => levelOfLook(look, defaultPolicy.ledger));
    expect(await looks()).toMatchObject(
      ["keep", "promote", "keep"].map((outcome, at) => ({ look: at + 1, level: levels[at], outcome })),
    );
    const digest = policyDigest(defaultPolicy);
    expect(await deployment.db.select().from(promotionPolicies)).toMatchObject([
      { digest, document: defaultPolicy },
    ]);
    const rows = await deployment.db.select().from(decisions).orderBy(asc(decisions.look));
    expect(rows.map((row) => [row.look, row.policyDigest])).toEqual([1, 2, 3].map((look) => [look, digest]));
    // The third was held against the first version too, which is no longer the champion.
    const reference = rows[2]?.comparison.rules.find(
      (rule) => rule.rule === "sensitivity-kept-since-reference",
    );
    expect(reference?.values.patients).toBeGreaterThan(5);
    expect([...trainer.jobs.keys()].filter((id) => id.endsWith("evaluate-reference"))).toHaveLength(1);
  });

  it("costs a run that dies between look and decision one look, and gives it the same when it comes again", async () => {
    const { id } = await newRun();
    let dies = true;
    const { transaction: begin } = deployment.db;
    vi.spyOn(deployment.db, "transaction").mockImplementation(async (...given) => {
      const [look] = await looks();
      if (look && dies) {
        dies = false;
        throw Object.assign(new Error("gone"), { code: "ECONNRESET" });
      }
      return begin.apply(deployment.db, given);
    });
    await expect(execute(id)).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
    expect(await looks()).toMatchObject([{ look: 1, runId: id, outcome: null }]);
    expect((await execute(id)).outcome).toBe("promoted");
    expect(await looks()).toMatchObject([{ look: 1, runId: id, outcome: "promote" }]);
  });

  it("numbers looks that are taken at once, and tests nothing twice", async () => {
    const ids = await Promise.all([newRun(), newRun(), newRun()].map(async (made) => (await made).id));
    const digest = (fill: string): Digest => `sha256:${fill.repeat(64)}`;
    const request = (runId: string, fill: string) => ({
      runId,
      datasetDigest: digest("a"),
      championWeightsDigest: digest("b"),
      challengerWeightsDigest: digest(fill),
    });
    const taken = await Promise.all(
      [...ids, ...ids].map((id, at) => enterLook(deployment.db, request(id, `${at}`), defaultPolicy)),
    );
    expect(new Set(taken.map((row) => row.look))).toEqual(new Set([1, 2, 3]));
    expect(await looks()).toHaveLength(3);

    trainer.control.skill = 0;
    trainer.control.salt = "the same";
    await execute((await newRun()).id);
    const again = await execute((await newRun()).id);
    expect(again).toMatchObject({ outcome: "kept", reason: expect.stringContaining("nothing new to test") });
    expect(await looks()).toHaveLength(4);
  });

  it("keeps the champion where the published weights read differently on the page's backend", async () => {
    trainer.control.parityDifference = 0.02;
    const { outcome, runId } = await run(0.9);
    expect(outcome).toBe("kept");
    const [row] = await deployment.db.select().from(decisions);
    const failed = row?.comparison.rules.filter((rule) => rule.blocks);
    expect([row?.runId, failed?.map((rule) => [rule.rule, rule.status])]).toEqual([
      runId,
      [
        ["integrity", "failed"],
        ["parity", "failed"],
      ],
    ]);
    expect(failed?.[1]?.detail).toMatch(
      /differ by at most 0\.020 logits on \d+ held-out images: not within the 0\.01/,
    );
    expect((await readCurrentManifest(deployment.store)).manifest.version).toBe("v1");
  });

  it("is not asked by the plain rule, which promotes what is more accurate", async () => {
    const outcome = await run(0.9, { ...defaultPolicy, mode: "plain-accuracy" });
    expect(outcome).toMatchObject({
      outcome: "promoted",
      reason: expect.stringMatching(/Accuracy .*: higher/),
    });
    expect(await looks()).toEqual([]);
  });
});

describe("a policy in review mode", () => {
  const verdict = (runId: string, manifestDigest: Digest) => ({
    runId,
    manifestDigest,
    actor: "admin",
    note: "seen",
  });
  const waiting = async () => {
    const outcome = await run(0.9, review);
    expect(outcome).toMatchObject({ outcome: "review", version: null });
    const [row] = await deployment.db.select().from(promotionReviews);
    expect(row).toMatchObject({ runId: outcome.runId, state: "pending" });
    expect((await readCurrentManifest(deployment.store)).manifest.version).toBe("v1");
    return { runId: outcome.runId, digest: row?.manifestDigest as Digest };
  };

  it("publishes what a person approved by its digest, once", async () => {
    const { runId, digest } = await waiting();
    await expect(
      approvePromotion(deployment, verdict(runId, `sha256:${"0".repeat(64)}`)),
    ).rejects.toMatchObject({
      code: "REVIEW_REFUSED",
    });
    await expect(approvePromotion(deployment, verdict("no run", digest))).rejects.toMatchObject({
      code: "REVIEW_NOT_FOUND",
    });
    const v2 = { published: { version: "v2" } };
    expect(await approvePromotion(deployment, verdict(runId, digest))).toMatchObject(v2);
    expect(await approvePromotion(deployment, verdict(runId, digest))).toMatchObject(v2);
    expect((await readCurrentManifest(deployment.store)).manifest.version).toBe("v2");
    expect(await deployment.db.select().from(modelVersions)).toHaveLength(2);
    await expect(rejectPromotion(deployment.db, verdict(runId, digest))).rejects.toMatchObject({
      code: "REVIEW_REFUSED",
    });
    const actions = (await deployment.db.select().from(auditEvents).orderBy(asc(auditEvents.id))).map(
      (event) => [event.action, event.actor],
    );
    expect(actions.filter(([action]) => action === "model_version.approved")).toEqual([
      ["model_version.approved", "admin"],
    ]);
    expect(actions.map(([action]) => action)).toContain("model_version.review_requested");
  });

  it("lets one of two people who decide at once win, and tells the other why; a crash leaves it open", async () => {
    const { runId, digest } = await waiting();
    const put = vi.spyOn(deployment.store, "put").mockRejectedValue(new Error("crash"));
    await expect(approvePromotion(deployment, verdict(runId, digest))).rejects.toThrow("crash");
    put.mockRestore();
    expect(await deployment.db.select().from(promotionApprovals)).toEqual([]);
    const outcomes = await Promise.allSettled([
      approvePromotion(deployment, { ...verdict(runId, digest), actor: "ada" }),
      rejectPromotion(deployment.db, { ...verdict(runId, digest), actor: "bob" }),
      approvePromotion(deployment, { ...verdict(runId, digest), actor: "cem" }),
    ]);
    const refused = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
    expect(refused).toHaveLength(2);
    const [row] = await deployment.db.select().from(promotionReviews);
    for (const reason of refused) {
      expect(reason).toMatchObject({ code: "REVIEW_REFUSED" });
      expect(reason.message).toContain(`${row?.state} before, by ${row?.reviewedBy}`);
    }
    const versions = await deployment.db.select().from(modelVersions);
    expect(versions).toHaveLength(row?.state === "approved" ? 2 : 1);
  });

  it("waits for a second admin where the policy says two, and takes nobody for two", async () => {
    const outcome = await run(0.9, { ...review, review: { approvals: 2 } });
    const [row] = await deployment.db.select().from(promotionReviews);
    const given = verdict(outcome.runId, row?.manifestDigest as Digest);
    const first = await approvePromotion(deployment, { ...given, actor: "Ada" });
    expect(first).toEqual({ approvedBy: ["Ada"], approvalsNeeded: 2, published: null });
    expect(await approvePromotion(deployment, { ...given, actor: " ada" })).toEqual(first);
    expect((await readCurrentManifest(deployment.store)).manifest.version).toBe("v1");
    const second = await approvePromotion(deployment, { ...given, actor: "bob" });
    expect(second).toMatchObject({ approvedBy: ["Ada", "bob"], published: { version: "v2" } });
    const actions = (await deployment.db.select().from(auditEvents)).map(({ action }) => action);
    expect(actions).toEqual(
      expect.arrayContaining(["model_version.approval_added", "model_version.approved"]),
    );
  });

  it("takes its locks in the order of every publication, so that none waits for the other for ever", async () => {
    const { runId, digest } = await waiting();
    let approving: Promise<unknown> = Promise.resolve();
    await deployment.db.transaction(async (tx) => {
      await lockChampion(tx);
      approving = approvePromotion(deployment, verdict(runId, digest));
      await new Promise((resolve) => setTimeout(resolve, 300));
      await recordAuditEvent(tx, { action: "model_version.commented", actor: "bob", entityId: "v1" });
    });
    expect(await approving).toMatchObject({ published: { version: "v2" } });
  });

  it("publishes nothing after a rejection", async () => {
    const { runId, digest } = await waiting();
    await rejectPromotion(deployment.db, verdict(runId, digest));
    await expect(approvePromotion(deployment, verdict(runId, digest))).rejects.toMatchObject({
      code: "REVIEW_REFUSED",
      message: expect.stringContaining("rejected"),
    });
    expect((await readCurrentManifest(deployment.store)).manifest.version).toBe("v1");
  });
});
