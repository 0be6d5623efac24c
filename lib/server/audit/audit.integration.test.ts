import { sql } from "drizzle-orm";
import { encode } from "next-auth/jwt";
import { afterAll, describe, expect, it } from "vitest";
import { GET as exportTrail } from "@/app/api/audit/export/route";
import { auditEvents } from "@/drizzle/schema";
import { sessionSecret } from "@/lib/node/secrets";
import { inviteUser } from "@/lib/server/accounts/invite";
import { takeLink } from "@/lib/server/accounts/one-time-links";
import { sessionCookie } from "@/lib/server/accounts/session-cookie-name";
import { openSession } from "@/lib/server/accounts/sessions";
import { closeSharedDatabase } from "@/lib/server/context";
import { type TestDeployment, withDeployment } from "@/lib/server/testing/test-deployment";
import { listEvents } from "./list-events";
import { recordAuditEvent } from "./record-audit-event";
import { verifyAuditChain, verifyChainPart } from "./verify-chain";

let deployment: TestDeployment;

withDeployment("file", { patients: [] }, (made) => {
  deployment = made;
});

afterAll(async () => {
  await closeSharedDatabase();
});

async function makeAdmin(email: string, role: "admin" | "viewer" = "admin") {
  const { db } = deployment;
  const secret = await inviteUser(db, "test", { email, role });
  const { id: userId } = await takeLink(db, { secret, password: "correct horse battery", name: "A" });
  const sessionId = await openSession(db, userId, { address: "192.0.2.1", userAgent: "test" });
  const sealed = await encode({ token: { sub: userId, sessionId }, secret: await sessionSecret() });
  return { userId, cookie: `${sessionCookie}=${sealed}` };
}

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

  it("is followed in parts as it is at once", async () => {
    const { db } = deployment;
    const whole = await verifyAuditChain(db);
    const part = await verifyChainPart(db, undefined, { portions: 1 });
    expect(part).toEqual({ ...whole, after: part.after, isDone: true });
    await record("later");
    const { brokenAt: _, isDone: __, ...place } = part;
    expect(await verifyChainPart(db, place)).toMatchObject({ checked: 22, brokenAt: null, isDone: true });
    const elsewhere = { ...place, hash: "0".repeat(64) };
    expect(await verifyChainPart(db, elsewhere)).toMatchObject({ brokenAt: place.after + 1, isDone: true });
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
    expect(first[0]?.entityId).toBe("later");
    const next = await listEvents(db, {}, { limit: 5, before: first.at(-1)?.id });
    expect([...first, ...next]).toEqual(await listEvents(db, {}, { limit: 10 }));
    expect(await listEvents(db, { text: "50%_OF\\" }, { limit: 100 })).toHaveLength(21);
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

  it("names people by their address, however the event names them", async () => {
    const { db } = deployment;
    const admin = await makeAdmin("ada@example.org");
    const listed = await listEvents(db, { text: "ADA@example" }, { limit: 100 });
    expect(listed.map(({ action }) => action)).toEqual(["user.signed_in", "user.created", "user.invited"]);
    expect(listed[0]).toMatchObject({ actor: admin.userId, actorEmail: "ada@example.org" });
    expect(listed[2]).toMatchObject({ entityId: "ada@example.org", entityEmail: null, actorEmail: null });
  });

  it("is exported as it is narrowed, for administrators, whatever stands in it", async () => {
    await record("v1", { text: '=HYPERLINK("https://evil.example")', html: "<script>" });
    await record("=1+1");
    const { cookie } = await makeAdmin("grace@example.org");
    const get = (query: string, headers: Record<string, string> = { cookie }) =>
      exportTrail(new Request(`https://here.example/api/audit/export?${query}`, { headers }));
    const csv = await get("text=%3D1%2B1");
    expect(csv.headers.get("content-disposition")).toBe('attachment; filename="audit.csv"');
    const lines = (await csv.text()).trimEnd().split("\r\n");
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain('"\'=1+1"');
    const events = (await (await get("format=jsonl")).text()).trimEnd().split("\n");
    const known = await deployment.db
      .select({ id: auditEvents.id })
      .from(auditEvents)
      .orderBy(auditEvents.id);
    expect(events.map((line) => JSON.parse(line).id)).toEqual(known.map(({ id }) => id));
    expect(await (await get("since=2100-01-01T00:00:00Z")).text()).toBe(
      "id,at,action,actor,entity,details,hash\r\n",
    );
    for (const query of ["format=xml", "since=yesterday", "action=x", "extra=1", `text=${"x".repeat(101)}`])
      expect((await get(query)).status, query).toBe(400);
    expect((await get("", {})).status).toBe(401);
    expect((await get("", { cookie: (await makeAdmin("view@example.org", "viewer")).cookie })).status).toBe(
      403,
    );
  });
});
