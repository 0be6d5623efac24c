import { asc, eq } from "drizzle-orm";
import { afterEach, describe, expect, it, vi } from "vitest";
import { auditEvents, champion, modelVersions, revocations, signingKeys, trustLists } from "@/drizzle/schema";
import { generateSigningKey, type TrustedKey, verifySignedManifest, verifyTrustList } from "@/lib/manifest";
import { exampleManifest } from "@/lib/manifest/manifest.fixture";
import {
  currentModelPointer,
  readCurrentManifest,
  readCurrentModel,
  trustedKeys,
  verifyCurrent,
} from "@/lib/node/current-model";
import { manifestSigningKey } from "@/lib/node/secrets";
import { reconcile } from "@/lib/server/jobs/scheduler";
import { fakeWeights } from "@/lib/server/testing/fake-trainer-client";
import { writeBaseline } from "@/lib/server/testing/installation-files";
import { type TestDeployment, withDeployment } from "@/lib/server/testing/test-deployment";
import { createRun } from "@/lib/server/training-runs/runs";
import { trainingConfig } from "@/lib/training/training-config";
import { findTrustList } from "./issue-trust-list";
import { publishModelVersion, type UnpublishedManifest } from "./publish";
import { revokeModelVersion } from "./revoke";
import { rollBackModelVersion } from "./roll-back";
import { distrustKey, rotateSigningKey } from "./rotate-key";
import { serveCurrentManifest } from "./serve-current";
import { serveWeights } from "./serve-weights";
import { verifyEverything } from "./verify-all";

let deployment: TestDeployment;

withDeployment("test", { patients: [] }, async (made) => {
  deployment = made;
  await start();
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** What a process does when it starts. */
async function start(): Promise<void> {
  const { database, store } = deployment;
  await reconcile({ database: async () => database, store });
}

async function newRun(): Promise<string> {
  const run = await createRun(deployment.db, {
    trigger: "command",
    key: crypto.randomUUID(),
    source: "somewhere",
    config: trainingConfig("demo"),
  });
  return run.id;
}

async function challenger(name: string): Promise<UnpublishedManifest> {
  const { digest, sizeBytes } = await deployment.store.put(fakeWeights(0.9, name));
  const {
    serial: _s,
    version: _v,
    createdAt: _c,
    previousVersion: _p,
    restoresVersion: _r,
    ...rest
  } = exampleManifest();
  return {
    ...rest,
    weights: { digest, sizeBytes, format: "safetensors-fp16", url: `/api/models/weights/${digest}` },
  };
}

async function publish(name: string, expectedChampionSerial: number, runId?: string) {
  return publishModelVersion(deployment, {
    runId: runId ?? (await newRun()),
    manifest: await challenger(name),
    expectedChampionSerial,
    actor: "test",
  });
}

async function current(): Promise<string> {
  return (await readCurrentManifest(deployment.store)).manifest.version;
}

async function actions(): Promise<string[]> {
  return (await deployment.db.select().from(auditEvents)).map((event) => event.action);
}

describe("the baseline", () => {
  it("is the first champion, entered once, and pages read it from the shipped files", async () => {
    await start();
    expect(await actions()).toEqual(["model_version.registered"]);
    expect(await deployment.db.select().from(champion)).toMatchObject([{ serial: 1 }]);
    expect(await deployment.store.readPointer(currentModelPointer)).toBeNull();
    const { origin, manifest, weightsBytes } = await readCurrentModel(deployment.store);
    expect([origin, manifest.version]).toEqual(["baseline", "v1"]);
    expect(await deployment.store.get(manifest.weights.digest)).toEqual(weightsBytes);
  });

  it("of an upgrade takes over from the older baseline", async () => {
    await writeBaseline(`${deployment.folder}/baseline`, deployment.releaseKey, 0.5, {
      serial: 2,
      version: "v2",
    });
    await start();
    expect(await current()).toBe("v2");
    expect(await deployment.db.select().from(champion)).toMatchObject([{ serial: 2 }]);
  });

  it("that was made again under the same serial replaces the older one while nothing else is published", async () => {
    await writeBaseline(`${deployment.folder}/baseline`, deployment.releaseKey, 0.5);
    await start();
    const [row] = await deployment.db.select().from(modelVersions);
    expect(row?.weightsDigest).toBe((await readCurrentManifest(deployment.store)).manifest.weights.digest);
  });

  it("of an upgrade does not replace what was published here", async () => {
    await publish("a", 1);
    await writeBaseline(`${deployment.folder}/baseline`, deployment.releaseKey, 0.5, {
      serial: 9,
      version: "v9",
    });
    await start();
    expect(await current()).toBe("v2");
  });
});

describe("publishing", () => {
  it("makes a champion whose signature verifies with this deployment's key", async () => {
    const manifest = await publish("a", 1);
    expect(manifest).toMatchObject({ version: "v2", serial: 2, previousVersion: "v1" });
    const pointer = await deployment.store.readPointer(currentModelPointer);
    expect(verifySignedManifest(pointer, await trustedKeys())).toEqual(manifest);
    expect(() => verifySignedManifest(pointer, [deployment.releaseKey])).toThrow(
      expect.objectContaining({ code: "MANIFEST_KEY_UNKNOWN" }),
    );
    const rows = await deployment.db.select().from(modelVersions);
    expect(rows.map((row) => [row.version, row.state]).sort()).toEqual([
      ["v1", "retired"],
      ["v2", "champion"],
    ]);
    expect(await actions()).toContain("model_version.published");
  });

  it("the same run twice changes nothing", async () => {
    const runId = await newRun();
    const first = await publish("a", 1, runId);
    expect(await publish("a", 1, runId)).toEqual(first);
    expect(await deployment.db.select().from(modelVersions)).toHaveLength(2);
  });

  it("refuses when the champion is another than the one compared with", async () => {
    await publish("a", 1);
    await expect(publish("b", 1)).rejects.toMatchObject({ code: "CHAMPION_CHANGED" });
    expect(await current()).toBe("v2");
  });

  it("lets exactly one of two runs that were compared with the same champion win", async () => {
    const outcomes = await Promise.allSettled([publish("a", 1), publish("b", 1), publish("c", 1)]);
    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
    expect(await deployment.db.select().from(modelVersions)).toHaveLength(2);
  });

  it("refuses weights that are absent or damaged", async () => {
    const manifest = await challenger("a");
    const request = { runId: await newRun(), expectedChampionSerial: 1, actor: "test" };
    const absent = { ...manifest.weights, digest: `sha256:${"0".repeat(64)}` as const };
    await expect(
      publishModelVersion(deployment, { ...request, manifest: { ...manifest, weights: absent } }),
    ).rejects.toMatchObject({ code: "ARTIFACT_NOT_FOUND" });
    const { writeFile } = await import("node:fs/promises");
    const hex = manifest.weights.digest.slice(7);
    await writeFile(`${deployment.folder}/data/artifacts/sha256/${hex.slice(0, 2)}/${hex}`, "damaged");
    await expect(publishModelVersion(deployment, { ...request, manifest })).rejects.toMatchObject({
      code: "ARTIFACT_CORRUPT",
    });
    expect(await current()).toBe("v1");
  });

  it("leaves the old champion when it crashes inside the transaction", async () => {
    const put = deployment.store.put;
    vi.spyOn(deployment.store, "put").mockImplementation(async (bytes) => {
      if (new TextDecoder().decode(bytes).includes('"signature"')) throw new Error("crash");
      return put(bytes);
    });
    await expect(publish("a", 1)).rejects.toThrow("crash");
    expect(await current()).toBe("v1");
    expect(await deployment.db.select().from(modelVersions)).toHaveLength(1);
    expect(await actions()).not.toContain("model_version.published");
  });

  it("is completed at the next start when it crashed between transaction and pointer", async () => {
    const { writePointer } = deployment.store;
    const crashing = vi.spyOn(deployment.store, "writePointer").mockImplementation(async (name, text) => {
      if (name === currentModelPointer) throw new Error("crash");
      await writePointer(name, text);
    });
    await expect(publish("a", 1)).rejects.toThrow("crash");
    expect(await current()).toBe("v1");
    crashing.mockRestore();
    await start();
    expect(await current()).toBe("v2");
  });
});

describe("rolling back", () => {
  it("publishes the older weights under a higher serial, and can be undone", async () => {
    const before = (await readCurrentManifest(deployment.store)).manifest;
    await publish("a", 1);
    const manifest = await rollBackModelVersion(deployment, {
      toVersion: "v1",
      actor: "test",
      reason: "worse",
    });
    expect(manifest).toMatchObject({
      serial: 3,
      version: "v3",
      previousVersion: "v2",
      restoresVersion: "v1",
      weights: before.weights,
      threshold: before.threshold,
    });
    expect(await current()).toBe("v3");
    const events = await deployment.db.select().from(auditEvents);
    expect(events.at(-1)).toMatchObject({
      action: "model_version.rolled_back",
      details: { from: "v2", to: "v1", reason: "worse" },
    });
    await rollBackModelVersion(deployment, { toVersion: "v2", actor: "test", reason: "better after all" });
    expect((await readCurrentManifest(deployment.store)).manifest).toMatchObject({
      serial: 4,
      restoresVersion: "v2",
    });
    await start();
    expect(await current()).toBe("v4");
  });

  it("names a version that is not there", async () => {
    await expect(
      rollBackModelVersion(deployment, { toVersion: "v7", actor: "test", reason: "" }),
    ).rejects.toMatchObject({ code: "MODEL_VERSION_NOT_FOUND", message: expect.stringContaining("v7") });
  });
});

const by = { actor: "ada", reason: "mislabelled cases" };

describe("revoking", () => {
  const revoke = (version: string, more = {}) => revokeModelVersion(deployment, { version, ...by, ...more });
  const lastEvents = async (count: number) =>
    (await deployment.db.select().from(auditEvents).orderBy(asc(auditEvents.id))).slice(-count);

  it("an older version leaves the champion, and is heard with the current answer", async () => {
    await publish("a", 1);
    expect(await revoke("v1")).toEqual({ revoked: ["v1"], successor: null });
    const served = await readCurrentManifest(deployment.store);
    expect([served.manifest.version, served.revocation]).toEqual(["v2", null]);
    expect(served.signedTrustList?.trust).toMatchObject({
      serial: 1,
      revocations: [{ version: "v1", serial: 1, reason: by.reason }],
    });
    expect(await lastEvents(1)).toMatchObject([
      { action: "model_version.revoked", actor: "ada", details: { successor: null, wasChampion: false } },
    ]);
    await expect(
      rollBackModelVersion(deployment, { toVersion: "v1", actor: "bob", reason: "again" }),
    ).rejects.toMatchObject({ code: "MODEL_REVOKED", message: expect.stringContaining(by.reason) });
    expect(await revoke("v1")).toEqual({ revoked: ["v1"], successor: null });
    expect(await deployment.db.select().from(trustLists)).toHaveLength(1);
  });

  it("the champion brings back the newest version that is left, with all that share its weights gone", async () => {
    await publish("a", 1);
    await rollBackModelVersion(deployment, { toVersion: "v1", actor: "ada", reason: "worse" });
    await rollBackModelVersion(deployment, { toVersion: "v2", actor: "ada", reason: "better after all" });
    const { revoked, successor } = await revoke("v4");
    expect(revoked).toEqual(["v2", "v4"]);
    expect(successor).toMatchObject({ version: "v5", restoresVersion: "v1", previousVersion: "v4" });
    expect(await current()).toBe("v5");
    expect((await lastEvents(2)).map(({ action }) => action)).toEqual([
      "model_version.rolled_back",
      "model_version.revoked",
    ]);
    await expect(publish("a", 5)).rejects.toMatchObject({ code: "MODEL_REVOKED" });
    expect(await publish("b", 5)).toMatchObject({ version: "v6" });
  });

  it("the last version needs a word, and leaves an answer that says why there is no model", async () => {
    await expect(revoke("v1")).rejects.toMatchObject({ code: "MODEL_VERSION_NOT_FOUND" });
    expect(await deployment.db.select().from(revocations)).toEqual([]);
    expect(await revoke("v1", { withoutSuccessor: true })).toEqual({ revoked: ["v1"], successor: null });
    const served = await readCurrentManifest(deployment.store);
    expect(served.revocation).toMatchObject({ version: "v1", reason: by.reason });
    await start();
    expect((await readCurrentManifest(deployment.store)).revocation).not.toBeNull();
    await expect(publish("b", 1)).resolves.toMatchObject({ version: "v2" });
    expect((await readCurrentManifest(deployment.store)).revocation).toBeNull();
  });

  it("that breaks in the middle leaves nothing, and one that breaks before the pointer is completed", async () => {
    await publish("a", 1);
    const put = deployment.store.put;
    vi.spyOn(deployment.store, "put").mockImplementation(async (bytes) => {
      if (new TextDecoder().decode(bytes).includes("pneumoscope.trust/1")) throw new Error("crash");
      return put(bytes);
    });
    const before = await actions();
    await expect(revoke("v2")).rejects.toThrow("crash");
    vi.restoreAllMocks();
    expect(await actions()).toEqual(before);
    expect(await deployment.db.select().from(revocations)).toEqual([]);
    expect(await deployment.db.select().from(modelVersions)).toHaveLength(2);
    vi.spyOn(deployment.store, "writePointer").mockImplementation(async (name) => {
      if (name === currentModelPointer) throw new Error("crash");
    });
    await expect(revoke("v2")).rejects.toThrow("crash");
    vi.restoreAllMocks();
    expect(await current()).toBe("v2");
    await start();
    expect(await current()).toBe("v3");
  });

  it("and publishing at once leave one valid champion that is not revoked", async () => {
    await publish("a", 1);
    await Promise.allSettled([revoke("v2"), publish("b", 2), revoke("v2")]);
    const served = await readCurrentManifest(deployment.store);
    expect([served.revocation, served.manifest.version === "v2"]).toEqual([null, false]);
    expect(
      (await verifyEverything(deployment.db, deployment.store)).filter(({ problem }) => problem),
    ).toEqual([]);
  });
});

describe("changing the key", () => {
  const rotate = (compromised = false) => rotateSigningKey(deployment, { ...by, compromised });
  const problems = async () =>
    (await verifyEverything(deployment.db, deployment.store)).filter(({ problem }) => problem !== null);

  it("keeps what was signed before good, ends the old key, and leads pages from one to the other", async () => {
    const { db, store, signingKey: first } = deployment;
    await publish("a", 1);
    const pageKeys: TrustedKey[] = await trustedKeys();
    const change = await rotate();
    expect(change).toMatchObject({ before: first.keyId, endorsed: true, republished: null });
    expect((await manifestSigningKey()).keyId).toBe(change.keyId);
    const pointer = async () => (await store.readPointer(currentModelPointer)) ?? "";
    // The page came with the first key only; what the first key signed and what the second signs are both good.
    expect(verifyCurrent(await pointer(), pageKeys).manifest.version).toBe("v2");
    expect(await publish("b", 2)).toMatchObject({ version: "v3" });
    expect(verifyCurrent(await pointer(), pageKeys).signedManifest.signature.keyId).toBe(change.keyId);
    const [old] = await db
      .select()
      .from(signingKeys)
      .orderBy(asc(signingKeys.since))
      .where(eq(signingKeys.keyId, first.keyId));
    expect(old).toMatchObject({ state: "retired", lastSerial: 2 });
    await rotate();
    await rollBackModelVersion(deployment, { toVersion: "v2", ...by });
    expect(verifyCurrent(await pointer(), pageKeys).manifest).toMatchObject({
      serial: 4,
      restoresVersion: "v2",
    });
    expect(await problems()).toEqual([]);
    expect((await actions()).filter((action) => action === "signing_key.rotated")).toHaveLength(2);
  });

  it("that is compromised publishes the champion again, and nothing that the old key signed is accepted", async () => {
    await publish("a", 1);
    const before = (await deployment.store.readPointer(currentModelPointer)) ?? "";
    const pageKeys = await trustedKeys();
    const { republished, keyId } = await rotate(true);
    expect(republished).toMatchObject({ version: "v3", restoresVersion: "v2" });
    const list = verifyTrustList(await findTrustList(deployment.db), pageKeys);
    expect(list.keys.map(({ state }) => state).sort()).toEqual(["active", "distrusted"]);
    expect(await current()).toBe("v3");
    const withList = JSON.stringify({ ...JSON.parse(before), trust: await findTrustList(deployment.db) });
    expect(() => verifyCurrent(withList, pageKeys)).toThrow(
      expect.objectContaining({ code: "MANIFEST_KEY_UNKNOWN" }),
    );
    expect(await problems()).toEqual([]);
    await expect(distrustKey(deployment, { keyId, ...by })).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });

  it("goes on with the same key after a crash on either side of the record", async () => {
    await publish("a", 1);
    const put = vi.spyOn(deployment.store, "put").mockRejectedValue(new Error("crash"));
    await expect(rotate()).rejects.toThrow("crash");
    put.mockRestore();
    expect((await manifestSigningKey()).keyId).toBe(deployment.signingKey.keyId);
    expect(await deployment.db.select().from(trustLists)).toEqual([]);
    vi.spyOn(deployment.store, "writePointer").mockRejectedValueOnce(new Error("crash"));
    await expect(rotate()).rejects.toThrow("crash");
    await start();
    const [list] = await deployment.db.select().from(trustLists);
    expect((await manifestSigningKey()).keyId).toBe(list?.signedTrustList.signature.keyId);
    // A run that took its key before the change still publishes, with the key in use.
    expect(await publish("b", 2)).toMatchObject({ version: "v3" });
    expect(await problems()).toEqual([]);
  });

  it("refuses to sign with a key that is not in use, and starts a new chain where that one is lost", async () => {
    await publish("a", 1);
    vi.stubEnv("MANIFEST_SIGNING_KEY", generateSigningKey().privateKey);
    const lost = { ...deployment, signingKey: await manifestSigningKey() };
    await expect(rollBackModelVersion(lost, { toVersion: "v1", ...by })).rejects.toMatchObject({
      code: "SIGNING_KEY_NOT_ACTIVE",
    });
    await expect(rotate()).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    vi.stubEnv("MANIFEST_SIGNING_KEY_NEXT", generateSigningKey().privateKey);
    expect(await rotate()).toMatchObject({ endorsed: false });
    expect(await current()).toBe("v2");
    expect(await rollBackModelVersion(lost, { toVersion: "v1", ...by })).toMatchObject({ version: "v3" });
    vi.unstubAllEnvs();
  });
});

describe("verifying everything", () => {
  it("names the version whose weights, manifest or record was changed", async () => {
    const { db, store, folder } = deployment;
    const { weights } = await publish("a", 1);
    await publish("b", 2);
    expect((await verifyEverything(db, store)).map(({ name, problem }) => [name, problem])).toEqual([
      ["version v1", null],
      ["version v2", null],
      ["version v3", null],
      ["current answer", null],
    ]);
    const hex = weights.digest.slice(7);
    const { writeFile } = await import("node:fs/promises");
    await writeFile(`${folder}/data/artifacts/sha256/${hex.slice(0, 2)}/${hex}`, "damaged");
    await db
      .update(modelVersions)
      .set({ weightsDigest: weights.digest })
      .where(eq(modelVersions.version, "v3"));
    const failed = (await verifyEverything(db, store)).filter(({ problem }) => problem !== null);
    expect(failed.map(({ name }) => name)).toEqual(["version v2", "version v3"]);
  });
});

describe("a tampered pointer", () => {
  it("is refused, and repaired at the next start", async () => {
    await publish("a", 1);
    const text = (await deployment.store.readPointer(currentModelPointer)) ?? "";
    await deployment.store.writePointer(
      currentModelPointer,
      text.replace('"temperature":1.2', '"temperature":9'),
    );
    await expect(readCurrentManifest(deployment.store)).rejects.toMatchObject({
      code: "MANIFEST_SIGNATURE_INVALID",
    });
    await start();
    expect(await current()).toBe("v2");
  });
});

describe("over HTTP", () => {
  const get = (headers: Record<string, string> = {}, method = "GET") =>
    new Request("http://localhost/api/models/x", { headers, method });

  it("serves the current manifest with a tag, and 304 for the same tag", async () => {
    const first = await serveCurrentManifest(get(), deployment.store);
    expect(verifySignedManifest(await first.text(), await trustedKeys()).version).toBe("v1");
    const etag = first.headers.get("etag") ?? "";
    expect(first.headers.get("cache-control")).toBe("no-cache");
    expect((await serveCurrentManifest(get({ "if-none-match": `W/${etag}` }), deployment.store)).status).toBe(
      304,
    );
    await publish("a", 1);
    const second = await serveCurrentManifest(get({ "if-none-match": etag }), deployment.store);
    expect(second.status).toBe(200);
    expect(await second.json()).toMatchObject({ manifest: { version: "v2" } });
  });

  it("serves weights whole, in ranges, and by HEAD", async () => {
    const { weights } = await publish("a", 1);
    const bytes = fakeWeights(0.9, "a");
    const size = bytes.byteLength;
    const fetchWeights = (headers: Record<string, string> = {}, method = "GET") =>
      serveWeights(get(headers, method), weights.digest, deployment.store);
    const whole = await fetchWeights();
    expect(new Uint8Array(await whole.arrayBuffer())).toEqual(bytes);
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      "content-length": String(size),
      "cache-control": "public, max-age=31536000, immutable",
      "accept-ranges": "bytes",
      etag: `"${weights.digest}"`,
    });
    const cases: [string, number, number][] = [
      ["bytes=0-0", 0, 0],
      ["bytes=3-7", 3, 7],
      ["bytes=5-", 5, size - 1],
      ["bytes=-4", size - 4, size - 1],
      [`bytes=2-${size + 100}`, 2, size - 1],
    ];
    for (const [range, start, end] of cases) {
      const part = await fetchWeights({ range });
      expect(part.status, range).toBe(206);
      expect(part.headers.get("content-range")).toBe(`bytes ${start}-${end}/${size}`);
      expect(new Uint8Array(await part.arrayBuffer()), range).toEqual(bytes.slice(start, end + 1));
    }
    for (const range of [`bytes=${size}-`, "bytes=-0"]) {
      const refused = await fetchWeights({ range });
      expect([refused.status, refused.headers.get("content-range")]).toEqual([416, `bytes */${size}`]);
    }
    for (const range of ["bytes=7-3", "lines=1-2", "bytes=-"])
      expect((await fetchWeights({ range })).status).toBe(200);
    const etag = `"${weights.digest}"`;
    expect((await fetchWeights({ range: "bytes=0-1", "if-range": etag })).status).toBe(206);
    expect((await fetchWeights({ range: "bytes=0-1", "if-range": '"other"' })).status).toBe(200);
    expect((await fetchWeights({ "if-none-match": etag })).status).toBe(304);
    const head = await fetchWeights({}, "HEAD");
    expect([head.headers.get("content-length"), await head.text()]).toEqual([String(size), ""]);
  });

  it("serves the shipped weights where the store does not hold them, and refuses other names", async () => {
    const { folderArtifactStore } = await import("@/lib/node/folder-artifact-store");
    const empty = folderArtifactStore(`${deployment.folder}/empty`);
    const { weights } = (await readCurrentManifest(empty)).manifest;
    const part = await serveWeights(get({ range: "bytes=1-4" }), encodeURIComponent(weights.digest), empty);
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(fakeWeights(0.02, "baseline").slice(1, 5));
    const picture = await deployment.store.put(new TextEncoder().encode("a patient's image"));
    await expect(serveWeights(get(), picture.digest, deployment.store)).rejects.toMatchObject({
      code: "ARTIFACT_NOT_FOUND",
    });
    for (const name of ["..%2f..%2fetc", `sha256:${"0".repeat(64)}`, "%E0%A4%A"]) {
      await expect(serveWeights(get(), name, empty), name).rejects.toMatchObject({
        code: "ARTIFACT_NOT_FOUND",
      });
    }
  });
});
