import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { asc, eq } from "drizzle-orm";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { auditEvents, notificationDeliveries, notifications } from "@/drizzle/schema";
import { verifyWebhook } from "@/lib/notifications/webhook-signature";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { type TestDeployment, withDeployment } from "@/lib/server/testing/test-deployment";
import { createRun, endRun, startRun } from "@/lib/server/training-runs/runs";
import { trainingConfig } from "@/lib/training/training-config";
import { dispatchNotifications, maximumAttempts, retryFailedDeliveries } from "./dispatch";
import { flushNotifications } from "./flush";
import { listNotifications } from "./list";
import { sendTestNotification } from "./send-test";
import { type NotificationSettings, noNotifications } from "./settings";

let deployment: TestDeployment;
let receiver: Receiver;
const lines: string[] = [];
const secret = "webhook-secret-of-32-characters!";
const minuteMs = 60_000;

withDeployment("file", { patients: [] }, (made) => {
  deployment = made;
});
beforeEach(async () => {
  receiver = await openReceiver();
  lines.length = 0;
});
afterEach(async () => {
  receiver.close();
  await deployment.db.delete(notifications);
});

interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

interface Receiver {
  url: string;
  received: Received[];
  /** Answers of the next requests; afterwards 200. "hang": none at all. */
  answers: ("hang" | { status: number; headers?: Record<string, string>; body?: string })[];
  close(): void;
}

async function openReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const answers: Receiver["answers"] = [];
  const http: Server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      received.push({ path: request.url ?? "", headers: request.headers, body });
      const answer = answers.shift() ?? { status: 200, body: "ok" };
      if (answer !== "hang") response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as { port: number };
  const close = () => {
    http.close();
    http.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}`, received, answers, close };
}

function settings(changes: Partial<NotificationSettings> = {}): NotificationSettings {
  return { ...noNotifications, webhook: { url: `${receiver.url}/hook/path-token`, secret }, ...changes };
}

function slackOnly(): NotificationSettings {
  return { ...noNotifications, slack: { url: `${receiver.url}/services/T0/slack-token` } };
}

async function dispatch(at = 0, used = settings(), timeoutMs = 500) {
  return dispatchNotifications({
    db: deployment.db,
    settings: used,
    log: (line) => lines.push(line),
    now: () => new Date(Date.now() + at * minuteMs),
    timeoutMs,
  });
}

let serial = 0;
async function happens(
  action: "model_version.published" | "model_version.revoked" = "model_version.published",
) {
  const entityId = `v${++serial}`;
  await recordAuditEvent(deployment.db, { action: action as never, actor: "test", entityId, details: {} });
  return entityId;
}

async function theDelivery() {
  const rows = await deployment.db.select().from(notificationDeliveries);
  expect(rows).toHaveLength(1);
  return rows[0] as (typeof rows)[number];
}

describe("the outbox", () => {
  it("holds what happened, once, and nothing of what was rolled back", async () => {
    const event = { action: "model_version.published", actor: "test", entityId: "v900" } as const;
    await recordAuditEvent(deployment.db, event);
    await recordAuditEvent(deployment.db, event);
    await expect(
      deployment.db.transaction(async (tx) => {
        await recordAuditEvent(tx, { ...event, entityId: "v901" });
        throw new Error("rolled back");
      }),
    ).rejects.toThrow("rolled back");
    expect((await deployment.db.select().from(notifications)).map((row) => row.eventKey)).toEqual([
      "model_version.published:v900",
    ]);
    const audited = await deployment.db.select().from(auditEvents).where(eq(auditEvents.entityId, "v901"));
    expect(audited).toEqual([]);
  });

  it("holds failed runs, and counts skipped scheduled runs in a row", async () => {
    const end = async (
      day: number,
      state: "skipped" | "failed",
      trigger: "schedule" | "command" = "schedule",
    ) => {
      const run = await createRun(
        deployment.db,
        { trigger, key: `day ${day}`, source: "x", config: trainingConfig("demo") },
        new Date(Date.UTC(2026, 0, day)),
      );
      await startRun(deployment.db, run.id);
      await endRun(
        deployment.db,
        run.id,
        state === "failed"
          ? { state, reason: "no memory", errorCode: "TRAINER_JOB_FAILED" }
          : { state, reason: "nothing new" },
      );
    };
    await end(1, "skipped");
    await end(2, "failed");
    for (const day of [3, 4, 5]) await end(day, "skipped");
    await end(6, "skipped", "command");
    const rows = await deployment.db.select().from(notifications).orderBy(asc(notifications.createdAt));
    expect(rows.map(({ content }) => [content.kind, content.skippedInARow])).toEqual([
      ["skipped", 1],
      ["failed", undefined],
      ["skipped", 1],
      ["skipped", 2],
      ["skipped", 3],
    ]);
    await dispatch(0, settings({ tellSkippedEvery: 3 }));
    expect(receiver.received.map(({ body }) => JSON.parse(body).type).sort()).toEqual(["failed", "skipped"]);
  });
});

describe("a signed webhook", () => {
  it("arrives once, can be verified, and is not sent again", async () => {
    const version = await happens();
    expect(await dispatch()).toEqual({ sent: 1, failed: 0, postponed: 0 });
    expect(await dispatch(1)).toEqual({ sent: 0, failed: 0, postponed: 0 });
    const [request] = receiver.received as [Received];
    expect(receiver.received).toHaveLength(1);
    const headers = new Headers(request.headers as Record<string, string>);
    expect(() => verifyWebhook(request.body, headers, secret)).not.toThrow();
    expect(JSON.parse(request.body)).toMatchObject({
      type: "promoted",
      data: { id: request.headers["webhook-id"], title: `Model version ${version} was promoted` },
    });
    expect(await theDelivery()).toMatchObject({ state: "sent", attempts: 1, lastError: null });
  });

  it("is tried again after 500s and a hanging connection, under the same id, later and later", async () => {
    await happens();
    receiver.answers.push({ status: 500 }, "hang", { status: 503 });
    expect(await dispatch(0)).toMatchObject({ postponed: 1 });
    expect(await theDelivery()).toMatchObject({ state: "pending", lastError: "answered HTTP 500" });
    expect(await dispatch(0.4)).toMatchObject({ sent: 0, postponed: 0 });
    expect(await dispatch(1)).toMatchObject({ postponed: 1 });
    expect((await theDelivery()).lastError).toBe("no answer within 0.5 s");
    expect(await dispatch(10)).toMatchObject({ postponed: 1 });
    expect(await dispatch(30)).toMatchObject({ sent: 1 });
    expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(receiver.received).toHaveLength(4);
  });

  it("waits as long as Retry-After asks", async () => {
    await happens();
    receiver.answers.push({ status: 429, headers: { "retry-after": "3600" } });
    await dispatch(0);
    expect(await dispatch(55)).toMatchObject({ sent: 0, postponed: 0 });
    expect(await dispatch(62)).toMatchObject({ sent: 1 });
  });

  it("is given up at once after a refusal or a redirect, after ten attempts otherwise, and can be tried anew", async () => {
    await happens();
    receiver.answers.push({ status: 307, headers: { location: `${receiver.url}/elsewhere` } });
    expect(await dispatch()).toMatchObject({ failed: 1 });
    expect((await theDelivery()).lastError).toContain("redirects are not followed");
    expect(receiver.received.map(({ path }) => path)).toEqual(["/hook/path-token"]);
    expect(await retryFailedDeliveries(deployment.db)).toBe(1);
    receiver.answers.push(...Array.from({ length: maximumAttempts }, () => ({ status: 500 })));
    for (let at = 1; at <= maximumAttempts; at++) await dispatch(at * 600);
    expect(await theDelivery()).toMatchObject({ state: "failed", attempts: maximumAttempts });
    receiver.answers.push({ status: 410, body: "gone" });
    await retryFailedDeliveries(deployment.db);
    expect(await dispatch()).toMatchObject({ failed: 1 });
    expect((await theDelivery()).lastError).toBe("answered HTTP 410: gone");
  });

  it("is sent again, under the same id, where a process died before it noted the sending", async () => {
    await happens();
    await dispatch();
    await deployment.db
      .update(notificationDeliveries)
      .set({ state: "pending", nextAttemptAt: new Date(Date.now() + 2 * minuteMs) });
    expect(await dispatch(1)).toMatchObject({ sent: 0 });
    expect(await dispatch(3)).toMatchObject({ sent: 1 });
    expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  });

  it("is sent by one of several processes", async () => {
    for (let i = 0; i < 3; i++) await happens();
    const results = await Promise.all([dispatch(), dispatch(), dispatch()]);
    expect(results.reduce((sum, { sent }) => sum + sent, 0)).toBe(3);
    expect(receiver.received).toHaveLength(3);
  });
});

describe("a flood", () => {
  it("becomes three messages and one summary", async () => {
    for (let i = 0; i < 40; i++) await happens();
    await dispatch(0);
    await dispatch(30);
    expect(receiver.received).toHaveLength(3);
    await happens("model_version.revoked");
    await dispatch(30.1);
    expect(receiver.received).toHaveLength(4);
    await dispatch(61);
    expect(receiver.received).toHaveLength(5);
    expect(JSON.parse(receiver.received[4]?.body ?? "")).toMatchObject({
      type: "summary",
      data: { title: "37 more notifications of the kind “promoted”" },
    });
    await dispatch(200);
    expect(receiver.received).toHaveLength(5);
  });
});

describe("channels", () => {
  it("do not wait for one that hangs, and no channel is no problem", async () => {
    await happens();
    receiver.answers.push("hang");
    const silent = await openReceiver();
    silent.answers.push("hang");
    const both = { ...settings({ webhook: { url: silent.url, secret } }), ...slackOnly() };
    receiver.answers.length = 0;
    expect(await dispatch(0, both, 300)).toEqual({ sent: 1, failed: 0, postponed: 1 });
    silent.close();
    expect(receiver.received[0]?.path).toContain("slack-token");
    await happens();
    expect(await dispatch(0, noNotifications)).toEqual({ sent: 0, failed: 0, postponed: 0 });
    expect((await listNotifications(deployment.db))[0]).toMatchObject({
      notification: { state: "released" },
      deliveries: [],
    });
  });

  it("flushing never throws and keeps to its time", async () => {
    await happens();
    receiver.answers.push("hang");
    const startMs = Date.now();
    const flushed = await flushNotifications(deployment.db, (line) => lines.push(line), {
      settings: settings(),
      budgetMs: 300,
    });
    expect(flushed).toMatchObject({ postponed: 1 });
    expect(Date.now() - startMs).toBeLessThan(3_000);
    const broken = { transaction: () => Promise.reject(new Error("gone")) } as never;
    expect(await flushNotifications(broken, (line) => lines.push(line), { settings: settings() })).toBeNull();
  });

  it("never say a secret, in the log or in the record", async () => {
    await happens();
    const echo = (status: number) => ({ status, body: `${secret} ${receiver.url}/hook/path-token` });
    receiver.answers.push(echo(500));
    await dispatch(0);
    receiver.answers.push(echo(400));
    const [result] = await sendTestNotification(settings());
    receiver.close();
    const closed = { webhook: { url: `${receiver.url}/path-token`, secret } };
    await dispatch(10, settings(closed));
    const said = JSON.stringify([lines, await listNotifications(deployment.db), result]);
    expect(said).toContain("HTTP 400");
    expect(said).toContain("ECONNREFUSED");
    expect(said).not.toMatch(/path-token|webhook-secret/);
  });

  it("Slack gets blocks, and its test says what is wrong", async () => {
    await happens();
    await dispatch(0, slackOnly());
    const body = JSON.parse(receiver.received[0]?.body ?? "");
    expect(body.text).toMatch(/Model version v\d+ was promoted/);
    expect(body.blocks[0].type).toBe("header");
    receiver.answers.push({ status: 404, body: "no_service" });
    expect(await sendTestNotification(slackOnly())).toEqual([
      { channel: "slack", ok: false, durationMs: expect.any(Number), error: "answered HTTP 404: no_service" },
    ]);
    expect(await sendTestNotification(slackOnly(), { channel: "email" })).toMatchObject([
      { ok: false, error: "the channel email is not configured here" },
    ]);
  });
});

describe("e-mail", () => {
  interface Mail {
    from: string;
    to: string[];
    isSecure: boolean;
    user: unknown;
    text: string;
  }

  async function openMailServer(options: SMTPServerOptions) {
    const mails: Mail[] = [];
    const smtp = new SMTPServer({
      logger: false,
      onAuth: ({ username, password }, _session, done) =>
        username === "mailer" && password === "p@ss-word"
          ? done(null, { user: username })
          : done(new Error(`Wrong password ${password}`)),
      onData(stream, session, done) {
        let text = "";
        stream.on("data", (chunk) => (text += chunk));
        stream.on("end", () => {
          const { mailFrom, rcptTo } = session.envelope;
          mails.push({
            from: mailFrom ? mailFrom.address : "",
            to: rcptTo.map(({ address }) => address),
            isSecure: session.secure,
            user: session.user,
            text,
          });
          done();
        });
      },
      ...options,
    });
    smtp.on("error", () => undefined);
    await new Promise<void>((resolve) => smtp.listen(0, "127.0.0.1", resolve));
    const { port } = smtp.server.address() as { port: number };
    return { port, mails, close: () => new Promise<void>((resolve) => smtp.close(() => resolve())) };
  }

  function emailOnly(smtpUrl: string): NotificationSettings {
    const to = ["a@example.org", "b@example.org"];
    return { ...noNotifications, email: { smtpUrl, from: "Loop <loop@example.org>", to } };
  }

  it.each([
    ["without TLS and password", { authOptional: true, disabledCommands: ["STARTTLS"] }, "smtp://", ""],
    ["with STARTTLS and a password", {}, "smtp://mailer:p%40ss-word@", "?tls.rejectUnauthorized=false"],
    [
      "with TLS and a password",
      { secure: true },
      "smtps://mailer:p%40ss-word@",
      "?tls.rejectUnauthorized=false",
    ],
  ])("arrives %s", async (_name, options, scheme, query) => {
    const smtp = await openMailServer(options);
    const version = await happens();
    const result = await dispatch(0, emailOnly(`${scheme}127.0.0.1:${smtp.port}/${query}`), 5_000);
    await smtp.close();
    expect(result, lines.join("\n")).toMatchObject({ sent: 1 });
    const [mail] = smtp.mails as [Mail];
    const isSecure = query !== "";
    expect(mail).toMatchObject({
      from: "loop@example.org",
      to: ["a@example.org", "b@example.org"],
      isSecure,
    });
    expect(mail.user).toBe(isSecure ? "mailer" : undefined);
    const [row] = await deployment.db.select().from(notifications);
    expect(mail.text).toContain(`Message-ID: <${row?.id}@example.org>`);
    expect(mail.text).toContain(`Subject: [Pneumoscope] Model version ${version} was promoted`);
    expect(mail.text).toMatch(/text\/plain[\s\S]*text\/html/);
  });

  it("never sends a password over an open connection, and never says it", async () => {
    const smtp = await openMailServer({ disabledCommands: ["STARTTLS"], allowInsecureAuth: true });
    await happens();
    const result = await dispatch(0, emailOnly(`smtp://mailer:p%40ss-word@127.0.0.1:${smtp.port}`), 2_000);
    await smtp.close();
    expect(result).toMatchObject({ postponed: 1 });
    expect(smtp.mails).toEqual([]);
    expect((await theDelivery()).lastError).toMatch(/TLS/i);
    expect(JSON.stringify([lines, await theDelivery()])).not.toMatch(/ss-word/);
  });

  it("is tried again after a wrong password, given up after a refusal", async () => {
    const smtp = await openMailServer({
      onRcptTo: (_address, _session, done) =>
        done(Object.assign(new Error("No such user"), { responseCode: 550 })),
    });
    const url = (password: string) =>
      emailOnly(`smtp://mailer:${password}@127.0.0.1:${smtp.port}/?tls.rejectUnauthorized=false`);
    await happens();
    expect(await dispatch(0, url("wrong-word"), 2_000)).toMatchObject({ postponed: 1 });
    expect(JSON.stringify([lines, await theDelivery()])).not.toContain("wrong-word");
    expect(await dispatch(10, url("p%40ss-word"), 2_000)).toMatchObject({ failed: 1 });
    await smtp.close();
    expect((await theDelivery()).lastError).toContain("550");
  });
});
