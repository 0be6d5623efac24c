import { describe, expect, it } from "vitest";
import { modelVersions, revocations } from "@/drizzle/schema";
import { digestOf } from "@/lib/manifest";
import { registerBaseline } from "@/lib/server/model-versions/register-baseline";
import { type TestDeployment, withDeployment } from "@/lib/server/testing/test-deployment";
import { aliasName, removeAlias, setAlias } from "./aliases";
import { exportModel } from "./export-model";
import { modelDetails } from "./overview";

let deployment: TestDeployment;

withDeployment("file", { patients: [] }, async (made) => {
  deployment = made;
  await registerBaseline(deployment.db, deployment.store);
  const [first] = await deployment.db.select().from(modelVersions);
  if (first)
    await deployment.db
      .insert(modelVersions)
      .values({ ...first, serial: 2, version: "v2", state: "retired" });
});

const actor = "ada@example.org";
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "none",
    (error) => error.code,
  );

describe("aliases", () => {
  it("stand for one version, which they open, and say in the trail where they moved", async () => {
    const { db } = deployment;
    await setAlias(db, { alias: "ward-3", version: "v2", movesFrom: null, actor });
    await setAlias(db, { alias: "ward-3", version: "v2", movesFrom: null, actor });
    expect(await modelDetails(db, "ward-3")).toMatchObject({ version: "v2", aliases: ["ward-3"] });
    await setAlias(db, { alias: "ward-3", version: "v1", movesFrom: "v2", actor });
    expect(await modelDetails(db, "ward-3")).toMatchObject({ version: "v1", serial: 1 });
    expect(await modelDetails(db, "champion")).toMatchObject({ version: "v1", state: "champion" });
    const events = await db.query.auditEvents.findMany({
      where: (table, { eq }) => eq(table.action, "model_version.alias_set"),
    });
    expect(events.map(({ entityId, details }) => [entityId, details])).toEqual([
      ["v2", { alias: "ward-3" }],
      ["v1", { alias: "ward-3", from: "v2" }],
    ]);
  });

  it("are moved by one of two who do it at once, and the other is told", async () => {
    const { db } = deployment;
    const both = await Promise.allSettled(
      ["v1", "v2"].map((version) => setAlias(db, { alias: "night", version, movesFrom: null, actor })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await codeOf(removeAlias(db, { alias: "night", version: "v9", actor }))).toBe(
      "MODEL_VERSION_NOT_FOUND",
    );
    const { version } = await modelDetails(db, "night");
    const other = version === "v1" ? "v2" : "v1";
    expect(await codeOf(removeAlias(db, { alias: "night", version: other, actor }))).toBe("ALIAS_MOVED");
    await removeAlias(db, { alias: "night", version: version ?? "", actor });
    expect(await codeOf(modelDetails(db, "night"))).toBe("MODEL_VERSION_NOT_FOUND");
  });

  it.each([
    "champion",
    "challenger",
    "latest",
    "v12",
    "run-20261121",
    "Ward",
    "a b",
    "",
    "a".repeat(41),
    "=1",
  ])("are not called %j", (name) => expect(aliasName.safeParse(name).success).toBe(false));
});

describe("downloads", () => {
  it("are the published bytes, of versions on record that are not revoked", async () => {
    const { db, store } = deployment;
    const { body, fileName } = await exportModel({ db, store }, { version: "v1", format: "safetensors" });
    const [version] = await db.select().from(modelVersions);
    expect(fileName).toBe("pneumoscope-v1.safetensors");
    expect(await digestOf(new Uint8Array(await body.arrayBuffer()))).toBe(version?.weightsDigest);
    for (const name of ["v9", "../v1", "ward-3"])
      expect(await codeOf(exportModel({ db, store }, { version: name, format: "onnx" }))).toBe(
        "MODEL_VERSION_NOT_FOUND",
      );
    if (!version) return;
    await db.insert(revocations).values({
      serial: version.serial,
      version: version.version,
      manifestDigest: version.weightsDigest,
      weightsDigest: version.weightsDigest,
      reason: "trained on mislabelled images",
      revokedBy: actor,
      revokedAt: new Date(),
    });
    expect(await codeOf(exportModel({ db, store }, { version: "v1", format: "tfjs" }))).toBe("MODEL_REVOKED");
  });
});
