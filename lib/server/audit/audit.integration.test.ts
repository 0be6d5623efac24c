import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { type TestDeployment, withDeployment } from "@/lib/server/testing/test-deployment";
import { listEvents } from "./list-events";
import { recordAuditEvent } from "./record-audit-event";
import { verifyAuditChain } from "./verify-chain";

let deployment: TestDeployment;

withDeployment("file", { patients: [] }, (made) => {
  deployment = made;
});

const record = (entityId: string, details = {}) =>
  recordAuditEvent(deployment.db, {
    action: "model_version.commented",
    actor: "50%_of\\them",
    entityId,
    details,
  });

describe("the audit trail", () => {
  it("chains what many write at once, and keeps a failed transaction out", async () => {
    const { db } = deployment;
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => record(`v${i}`, { text: "note", n: 1e21, at: new Date(0) })),
    );
    await expect(
      db.transaction(async (tx) => {
        await recordAuditEvent(tx, { action: "model_version.commented", actor: "x", entityId: "lost" });
        throw new Error("rolled back");
      }),
    ).rejects.toThrow("rolled back");
    await record("after");
    expect(await verifyAuditChain(db)).toMatchObject({ checked: 21, unchained: 0, brokenAt: null });
  });

  it("cannot be changed through the database either, and a forced change is found", async () => {
    const { db } = deployment;
    await expect(db.execute(sql`update audit_events set actor = 'x' where id = 3`)).rejects.toThrow();
    await expect(db.execute(sql`delete from audit_events`)).rejects.toThrow();
    await expect(db.execute(sql`truncate audit_events`)).rejects.toThrow();
    await db.transaction(async (tx) => {
      await tx.execute(sql`alter table audit_events disable trigger user`);
      await tx.execute(sql`update audit_events set actor = 'x' where id = 3`);
      await tx.execute(sql`alter table audit_events enable trigger user`);
    });
    expect(await verifyAuditChain(db)).toMatchObject({ checked: 2, brokenAt: 3 });
  });

  it("is listed newest first, in portions, and found by parts of names taken literally", async () => {
    const { db } = deployment;
    const first = await listEvents(db, {}, { limit: 5 });
    expect(first[0]?.entityId).toBe("after");
    const next = await listEvents(db, {}, { limit: 5, before: first.at(-1)?.id });
    expect(next[0]?.id).toBe((first.at(-1)?.id ?? 0) - 1);
    expect(await listEvents(db, { text: "50%_OF\\" }, { limit: 100 })).toHaveLength(20);
    expect(await listEvents(db, { text: "5_%" }, { limit: 100 })).toHaveLength(0);
    expect(await listEvents(db, { until: new Date(0) }, { limit: 100 })).toHaveLength(0);
    expect(await listEvents(db, { action: "user.created" }, { limit: 100 })).toHaveLength(0);
  });

  it("is searched among the newest first, and then as a whole", async () => {
    const { db } = deployment;
    const signIn = (actor: string) =>
      recordAuditEvent(db, { action: "user.signed_in", actor, entityId: actor });
    const actors = async (text: string, portion: { limit: number; before?: number }) =>
      (await listEvents(db, { text }, portion)).map(({ actor }) => actor);
    await signIn("A.Person@one.example");
    await db.execute(sql`select setval(pg_get_serial_sequence('audit_events', 'id'), 100000)`);
    await signIn("a.person@two.example");
    expect(await actors("a.person", { limit: 1 })).toEqual(["a.person@two.example"]);
    expect(await actors("a.person", { limit: 2 })).toEqual(["a.person@two.example", "A.Person@one.example"]);
    expect(await actors("a.person@ONE.example", { limit: 2 })).toEqual(["A.Person@one.example"]);
    expect(await actors("a.person", { limit: 2, before: 100_001 })).toEqual(["A.Person@one.example"]);
    expect(await actors("a.person@", { limit: 2, before: 5 })).toEqual([]);
  });
});
