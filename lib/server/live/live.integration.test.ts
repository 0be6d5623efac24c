import { serve } from "@hono/node-server";
import { sql } from "drizzle-orm";
import { encode } from "next-auth/jwt";
import { afterAll, describe, expect, it } from "vitest";
import { userSessions, users } from "@/drizzle/schema";
import { sessionSecret } from "@/lib/node/secrets";
import { sessionCookie } from "@/lib/server/accounts/session-cookie";
import { endSession, openSession } from "@/lib/server/accounts/sessions";
import { type TestDeployment, withDeployment } from "@/lib/server/testing/test-deployment";
import { createRun, recordEpochs, startRun } from "@/lib/server/training-runs/runs";
import { demo } from "@/lib/training/presets/demo";
import { createLiveHub, type LiveHub } from "./hub";
import { liveResponse } from "./live-response";

let deployment: TestDeployment;
let userId: string;
const webs: Web[] = [];

withDeployment("file", { patients: [] }, async (made) => {
  deployment = made;
  const [user] = await deployment.db
    .insert(users)
    .values({ email: "vera@example.org", name: "Vera", role: "viewer" })
    .returning();
  userId = user?.id ?? "";
});
afterAll(async () => {
  await Promise.all(webs.map((web) => web.stop()));
});

interface Web {
  url: string;
  hub: LiveHub;
  stop(): Promise<void>;
}

/** A web process: HTTP, and a hub of its own. */
async function startWeb(): Promise<Web> {
  const database = async () => deployment.database;
  const hub = createLiveHub({ database, probeEveryMs: 300 });
  const options = { hub, heartbeatMs: 200, mostPerUser: 3 };
  const started = await new Promise<{ port: number; close(): Promise<void> }>((resolve) => {
    const http = serve(
      { fetch: (request) => liveResponse(request, { database }, options), port: 0 },
      ({ port }) => resolve({ port, close: () => new Promise((done) => http.close(() => done())) }),
    );
  });
  const web = {
    url: `http://127.0.0.1:${started.port}/api/live`,
    hub,
    async stop() {
      await hub.close();
      await started.close();
    },
  };
  webs.push(web);
  return web;
}

async function signIn(): Promise<{ cookie: string; sessionId: string }> {
  const sessionId = await openSession(deployment.db, userId, { address: "test", userAgent: "" });
  const token = await encode({ token: { sessionId }, secret: await sessionSecret() });
  return { cookie: `${sessionCookie}=${token}`, sessionId };
}

interface Message {
  event: string;
  id: string;
  data: Record<string, string>;
}

/** A page that listens. */
async function listen(web: Web, cookie: string, headers: Record<string, string> = {}) {
  const abort = new AbortController();
  const response = await fetch(web.url, { headers: { cookie, ...headers }, signal: abort.signal });
  const heard: Message[] = [];
  let beats = 0;
  const ended = (async () => {
    let text = "";
    for await (const chunk of response.body ?? []) {
      const parts = (text + Buffer.from(chunk).toString()).split("\n\n");
      text = parts.pop() ?? "";
      for (const part of parts) {
        if (part === ":") beats++;
        const field = (name: string) => part.match(new RegExp(`^${name}: (.*)$`, "m"))?.[1] ?? "";
        if (field("event"))
          heard.push({ event: field("event"), id: field("id"), data: JSON.parse(field("data")) });
      }
    }
  })().catch(() => undefined);
  const until = (event: string, id = "") =>
    expect
      .poll(() => heard.some((one) => one.event === event && (!id || one.data.id === id)), {
        timeout: 10_000,
      })
      .toBe(true);
  return { response, heard, ended, until, beats: () => beats, leave: () => abort.abort() };
}

const newRun = (key: string) =>
  createRun(deployment.db, { trigger: "command", key, source: "inbox", config: demo });

describe("live changes", () => {
  it("refuses strangers, other sites' pages, ended sessions, and more streams than a person needs", async () => {
    const web = await startWeb();
    const { cookie, sessionId } = await signIn();
    expect((await fetch(web.url)).status).toBe(401);
    expect((await fetch(web.url, { headers: { cookie: `${sessionCookie}=forged` } })).status).toBe(401);
    const elsewhere = await fetch(web.url, { headers: { cookie, "sec-fetch-site": "cross-site" } });
    expect(elsewhere.status).toBe(403);
    const pages = await Promise.all([1, 2, 3].map(() => listen(web, cookie)));
    expect(pages.map(({ response }) => response.status)).toEqual([200, 200, 200]);
    expect((await fetch(web.url, { headers: { cookie } })).status).toBe(429);
    pages[0]?.leave();
    await expect.poll(() => web.hub.countOf(userId)).toBe(2);
    await endSession(deployment.db, userId, sessionId);
    await Promise.all(pages.map(({ ended }) => ended));
    expect(pages[1]?.heard.at(-1)).toMatchObject({ event: "end", data: { reason: "session" } });
    expect(web.hub.count()).toBe(0);
    expect((await fetch(web.url, { headers: { cookie } })).status).toBe(401);
  });

  it("tells every process's pages what changed, once a transaction, without any of the data", async () => {
    const processes = [await startWeb(), await startWeb()];
    const { cookie } = await signIn();
    const pages = await Promise.all(processes.map((web) => listen(web, cookie)));
    await Promise.all(pages.map(({ until }) => until("resync")));
    await expect.poll(() => processes.every(({ hub }) => hub.isWell())).toBe(true);
    const run = await newRun("told");
    await startRun(deployment.db, run.id);
    await deployment.db.transaction((tx) =>
      recordEpochs(
        tx,
        run.id,
        Array.from({ length: 200 }, (_, index) => epoch(index + 1)),
      ),
    );
    await expect(
      deployment.db.transaction(async (tx) => {
        await tx.execute(sql`update training_runs set reason = 'lost' where id = ${run.id}`);
        throw new Error("rolled back");
      }),
    ).rejects.toThrow("rolled back");
    for (const { heard, until } of pages) {
      await until("change", run.id);
      await expect.poll(() => heard.filter(({ data }) => data.kind === "epoch")).toHaveLength(1);
      const changes = heard.filter(({ event }) => event === "change");
      expect(changes.map(({ data }) => data)).toEqual([
        { kind: "run", id: run.id },
        { kind: "run", id: run.id },
        { kind: "epoch", id: run.id },
      ]);
    }
    await expect.poll(() => pages[0]?.beats() ?? 0).toBeGreaterThan(0);
  });

  it("makes up for what a page missed, in any process, and says when it cannot", async () => {
    const [first, second] = [await startWeb(), await startWeb()];
    const { cookie } = await signIn();
    const [page, other] = [await listen(first, cookie), await listen(second, cookie)];
    await expect.poll(() => first.hub.isWell() && second.hub.isWell()).toBe(true);
    await newRun("heard");
    await expect.poll(() => page.heard.at(-1)?.event).toBe("change");
    const since = page.heard.at(-1)?.id ?? "";
    page.leave();
    const missed = await newRun("missed");
    await other.until("change", missed.id);
    for (const web of [first, second]) {
      const again = await listen(web, cookie, { "last-event-id": since });
      await again.until("change", missed.id);
      expect(again.heard.some(({ event }) => event === "resync")).toBe(false);
      again.leave();
    }
    const late = await listen(second, cookie, { "last-event-id": "1" });
    await late.until("resync");
  });

  it("listens again when its connection is lost, and says that changes may have been missed", async () => {
    const web = await startWeb();
    const { cookie } = await signIn();
    const page = await listen(web, cookie);
    await expect.poll(() => web.hub.isWell()).toBe(true);
    await page.until("resync");
    const before = page.heard.length;
    await deployment.db.execute(
      sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pneumoscope live'`,
    );
    await expect
      .poll(() => page.heard.slice(before).some(({ event }) => event === "resync"), { timeout: 10_000 })
      .toBe(true);
    const run = await newRun("after the loss");
    await page.until("change", run.id);
  });

  it("ends with the session's time, the account's deactivation and the process", async () => {
    const web = await startWeb();
    const { cookie, sessionId } = await signIn();
    const page = await listen(web, cookie);
    await deployment.db.update(userSessions).set({ expiresAt: new Date() }).where(sql`id = ${sessionId}`);
    await page.ended;
    expect(page.heard.at(-1)?.event).toBe("end");

    const stopping = await listen(web, (await signIn()).cookie);
    await web.hub.close();
    await stopping.ended;
    expect(stopping.heard.some(({ event }) => event === "end")).toBe(false);

    const [again, { cookie: last }] = [await startWeb(), await signIn()];
    const deactivated = await listen(again, last);
    await expect.poll(() => again.hub.isWell()).toBe(true);
    await deployment.db.update(users).set({ deactivatedAt: new Date() });
    await deactivated.ended;
    expect(deactivated.heard.at(-1)?.event).toBe("end");
  });
});

function epoch(number: number) {
  return {
    epoch: number,
    train_loss: 1 / number,
    train_accuracy: 0.5,
    val_loss: 1,
    val_accuracy: 0.5,
    precision: null,
    recall: null,
    specificity: null,
    f1: null,
    auc: null,
    learningRate: 1e-3,
    durationMs: 1,
  };
}
