import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { auditEvents, champion, modelVersions } from "@/drizzle/schema";
import { verifySignedManifest } from "@/lib/manifest";
import { exampleManifest } from "@/lib/manifest/manifest.fixture";
import {
  currentModelPointer,
  readCurrentManifest,
  readCurrentModel,
  trustedKeys,
} from "@/lib/node/current-model";
import { reconcile } from "@/lib/server/jobs/scheduler";
import { fakeWeights } from "@/lib/server/testing/fake-trainer-client";
import {
  createTestDeployment,
  startTestServer,
  type TestDeployment,
  writeBaseline,
} from "@/lib/server/testing/test-deployment";
import { createRun } from "@/lib/server/training-runs/runs";
import { trainingConfig } from "@/lib/training/training-config";
import { publishModelVersion, type UnpublishedManifest } from "./publish";
import { rollBackModelVersion } from "./roll-back";
import { serveCurrentManifest } from "./serve-current";
import { serveWeights } from "./serve-weights";

let server: Awaited<ReturnType<typeof startTestServer>>;
let deployment: TestDeployment;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.release());
beforeEach(async () => {
  deployment = await createTestDeployment(server, { patients: 0 });
  await start();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await deployment.close();
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
