import { generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { eq, sql } from "drizzle-orm";
import { TOTP } from "otpauth";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GET as openAuth, POST as postAuth } from "@/app/api/auth/[...nextauth]/route";
import { GET as currentModel } from "@/app/api/models/current/route";
import { GET as shippedModel } from "@/app/api/models/shipped/[file]/route";
import { auditEvents, failedSignIns, runLogLines, trainingRuns, userSessions, users } from "@/drizzle/schema";
import { readingNeedsSignIn } from "@/lib/node/reading-access";
import { attemptKey } from "@/lib/server/accounts/attempt-key";
import type { SignedInCaller } from "@/lib/server/accounts/caller";
import { inviteUser } from "@/lib/server/accounts/invite";
import { takeLink } from "@/lib/server/accounts/one-time-links";
import { requestResetByMail } from "@/lib/server/accounts/reset-by-mail";
import { newTotpSecret } from "@/lib/server/accounts/second-factor";
import {
  addSecondFactor,
  clearSecondFactor,
  hasSecondFactor,
  removeOwnSecondFactor,
} from "@/lib/server/accounts/second-factor-settings";
import { callerOfCookie, sessionCookie } from "@/lib/server/accounts/session-cookie";
import { callerOfSession, openSession } from "@/lib/server/accounts/sessions";
import { signIn } from "@/lib/server/accounts/sign-in";
import { closeSharedDatabase } from "@/lib/server/context";
import { markPublished } from "@/lib/server/model-versions/published-weights";
import { changePolicy, policyInForce, readPromotionPolicy } from "@/lib/server/promotion-policy";
import { clean } from "@/lib/server/retention/clean";
import { planCleaning } from "@/lib/server/retention/plan-cleaning";
import { type TestDeployment, withDeployment } from "@/lib/server/testing/test-deployment";
import { createRun } from "@/lib/server/training-runs/runs";
import { createCaller } from "@/lib/server/trpc/router";
import { demo } from "@/lib/training/presets/demo";
import { changeSetting } from "./change";
import { syncReadingAccess } from "./reading-access";

const password = "correct horse battery";
const visitor = { address: "192.0.2.1", userAgent: "test" };
let deployment: TestDeployment;
let admin: SignedInCaller;

withDeployment("file", { patients: [] }, async (made) => {
  deployment = made;
  admin = await makeUser("ada@example.org", "admin");
});
afterAll(async () => {
  await closeSharedDatabase();
});

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "none",
    (error) => error.cause?.code ?? error.code,
  );

async function makeUser(email: string, role: "admin" | "doctor" | "viewer"): Promise<SignedInCaller> {
  const { db } = deployment;
  const secret = await inviteUser(db, "test", { email, role });
  const { id } = await takeLink(db, { secret, password, name: email });
  return again(await openSession(db, id, visitor));
}

async function again(sessionId: string): Promise<SignedInCaller> {
  return (await callerOfSession(deployment.db, sessionId)) as SignedInCaller;
}

function callAs(caller: SignedInCaller) {
  const { database, store } = deployment;
  return createCaller({
    store,
    database: async () => database,
    trainer: () => Promise.reject(),
    caller: async () => caller,
  });
}

describe("a setting", () => {
  it("is changed by one of two who saw the same, on record, and by nobody where the environment fixes it", async () => {
    const { db } = deployment;
    const change = { name: "adminSecondFactor", value: true, seen: false, actor: admin.userId } as const;
    const both = await Promise.all([codeOf(changeSetting(db, change)), codeOf(changeSetting(db, change))]);
    expect(both.sort()).toEqual(["SETTING_CHANGED", "none"]);
    const events = await db.select().from(auditEvents).where(eq(auditEvents.action, "setting.changed"));
    expect(events).toMatchObject([
      { actor: admin.userId, entityId: "adminSecondFactor", details: { from: false, to: true } },
    ]);
    process.env.ADMIN_SECOND_FACTOR = "0";
    expect(await codeOf(changeSetting(db, { ...change, value: false, seen: true }))).toBe("SETTING_FIXED");
    delete process.env.ADMIN_SECOND_FACTOR;
  });
});

describe("a required second factor", () => {
  it("leaves an administrator nothing but adding it", async () => {
    const { db } = deployment;
    const bare = await again(admin.sessionId);
    expect(bare).toMatchObject({ role: "viewer", mustAddSecondFactor: true });
    expect(await codeOf(callAs(bare).accounts.list())).toBe("SECOND_FACTOR_SETUP_REQUIRED");
    expect(await codeOf(callAs(bare).tokens.list())).toBe("SECOND_FACTOR_SETUP_REQUIRED");
    const { secret } = await callAs(bare).accounts.newSecondFactor();
    const code = new TOTP({ secret }).generate();
    await callAs(bare).accounts.addSecondFactor({ secret, code });
    expect(await again(admin.sessionId)).toMatchObject({ role: "admin" });
    await changeSetting(db, { name: "adminSecondFactor", value: false, seen: true, actor: admin.userId });
  });

  it("goes with a code only, which cannot be guessed, and not by one's own administration", async () => {
    const { db } = deployment;
    const doctor = await makeUser("dora@example.org", "doctor");
    const secret = newTotpSecret();
    const now = Date.now();
    await addSecondFactor(
      db,
      doctor.userId,
      secret,
      new TOTP({ secret }).generate({ timestamp: now - 30_000 }),
    );
    const remove = (code: string) =>
      codeOf(removeOwnSecondFactor(db, doctor, { code, address: "192.0.2.9" }));
    const wrong = (i: number) => remove(String(i).padStart(6, "0"));
    const burst = await Promise.all(Array.from({ length: 30 }, (_, i) => wrong(i)));
    expect(burst.filter((code) => code !== "SIGN_IN_TOO_OFTEN").length).toBeLessThanOrEqual(10);
    for (let i = 0; i < 10; i++) await wrong(i);
    expect(await remove(new TOTP({ secret }).generate({ timestamp: now }))).toBe("SIGN_IN_TOO_OFTEN");
    await db.delete(failedSignIns);
    expect(await remove(new TOTP({ secret }).generate({ timestamp: now }))).toBe("none");
    expect(await hasSecondFactor(db, doctor.userId)).toBe(false);
    expect(await codeOf(clearSecondFactor(db, admin.userId, admin.userId))).toBe("NOT_ALLOWED");
  });

  it("stops a burst of passwords as it stops a row of them", async () => {
    const { db } = deployment;
    const attempts = Array.from({ length: 30 }, (_, i) =>
      codeOf(signIn(db, { email: "burst@example.org", password: `wrong ${i}`, address: `198.51.100.${i}` })),
    );
    const codes = await Promise.all(attempts);
    expect(codes.filter((code) => code === "SIGN_IN_REFUSED").length).toBeLessThanOrEqual(10);
    expect(codes.filter((code) => code === "SIGN_IN_TOO_OFTEN").length).toBeGreaterThanOrEqual(20);
  });
});

describe("the policy", () => {
  it("gets a new version, of which the next run hears, and no second one from what is no longer seen", async () => {
    const { db } = deployment;
    const { digest } = await policyInForce(db);
    const change = { mode: "review", approvals: 2, seenDigest: digest, actor: admin.userId } as const;
    const both = await Promise.all([
      codeOf(changePolicy(db, change)),
      codeOf(changePolicy(db, { ...change, approvals: 1 })),
    ]);
    expect(both.sort()).toEqual(["SETTING_CHANGED", "none"]);
    expect(await readPromotionPolicy(db, {})).toMatchObject({ mode: "review" });
    const now = await policyInForce(db);
    expect(now.digest).not.toBe(digest);
    await changePolicy(db, { mode: "automatic", approvals: 1, seenDigest: now.digest, actor: admin.userId });
    expect((await policyInForce(db)).digest).toBe(digest);
    process.env.PROMOTION_POLICY = "/nowhere/policy.json";
    expect(await codeOf(changePolicy(db, change))).toBe("SETTING_FIXED");
    delete process.env.PROMOTION_POLICY;
  });
});

describe("reading for signed-in doctors only", () => {
  const ask = async (cookie?: string) => {
    const headers: Record<string, string> = cookie ? { cookie: `${sessionCookie}=${cookie}` } : {};
    const [manifest, weights] = await Promise.all([
      currentModel(new Request("http://here.example/api/models/current", { headers })),
      shippedModel(new Request("http://here.example/x", { headers }), {
        params: Promise.resolve({ file: "weights.safetensors" }),
      }),
    ]);
    return [manifest.status, weights.status, weights.headers.get("cache-control")];
  };

  it("is enforced for the model and its weights, and needs no database to be known", async () => {
    const { db, store } = deployment;
    expect((await ask())[0]).toBe(200);
    await callAs(admin).settings.changeReadingAccess({ value: "signed-in", seen: "open" });
    expect(await readingNeedsSignIn(store)).toBe(true);
    expect((await ask()).slice(0, 2)).toEqual([401, 401]);
    expect((await ask("forged")).slice(0, 2)).toEqual([401, 401]);
    const doctor = await cookieOf(await makeUser("doc@example.org", "doctor"));
    expect(await ask(doctor)).toEqual([200, 200, "private, no-cache"]);
    const viewer = await cookieOf(await makeUser("view@example.org", "viewer"));
    expect((await ask(viewer)).slice(0, 2)).toEqual([403, 403]);
    await store.writePointer("settings/reading-access", "open");
    await syncReadingAccess(db, store);
    expect((await ask())[0]).toBe(401);
    await callAs(admin).settings.changeReadingAccess({ value: "open", seen: "signed-in" });
    expect((await ask())[0]).toBe(200);
  });
});

async function cookieOf({ sessionId, userId }: SignedInCaller): Promise<string> {
  const { encode } = await import("next-auth/jwt");
  const { sessionSecret } = await import("@/lib/node/secrets");
  return encode({ token: { sub: userId, sessionId }, secret: await sessionSecret() });
}

describe("retention", () => {
  it("lets go what nothing needs, shows it before, and leaves the rest", async () => {
    const { db, store } = deployment;
    const weights = async (name: string) => {
      const { digest } = await store.put(new TextEncoder().encode(name));
      return digest;
    };
    const [rejected, published, shared, recent] = [
      await weights("rejected"),
      await weights("published"),
      await weights("shared"),
      await weights("recent"),
    ];
    await markPublished(store, published);
    const old = new Date(Date.now() - 40 * 86_400_000);
    const run = async (digest: `sha256:${string}`, more: Partial<typeof trainingRuns.$inferInsert> = {}) => {
      const { id } = await createRun(db, {
        trigger: "command",
        key: randomUUID(),
        source: "inbox",
        config: demo,
      });
      await db
        .update(trainingRuns)
        .set({ state: "succeeded", weightsDigest: digest, finishedAt: old, ...more })
        .where(eq(trainingRuns.id, id));
      return id;
    };
    const oldRun = await run(rejected, { state: "cancelled" });
    await run(published);
    await run(shared);
    await run(recent, { finishedAt: new Date(), initialWeightsDigest: shared });
    await db.insert(runLogLines).values([
      { runId: oldRun, line: "one" },
      { runId: oldRun, line: "two" },
    ]);
    await db.insert(failedSignIns).values({ key: "account:old", at: old });
    const session = await openSession(db, admin.userId, visitor);
    await db.update(userSessions).set({ endedAt: old }).where(eq(userSessions.id, session));
    const seen = (await callAs(admin).settings.overview()).retention.value;
    const value = {
      runLogsDays: 30,
      rejectedWeightsDays: 30,
      deletedDataDays: 30,
      failedSignInsDays: 30,
      endedSessionsDays: 30,
    };
    await callAs(admin).settings.changeRetention({ value, seen });

    const plan = await planCleaning(db, store, value);
    expect(plan).toMatchObject({ runLogs: { lines: 2, runs: 1 }, failedSignIns: 1, sessions: 1 });
    expect(plan.weights).toEqual([{ digest: rejected, runIds: [oldRun], sizeBytes: 8 }]);
    expect(await store.stat(rejected)).not.toBeNull();

    const waiting = await createRun(db, {
      trigger: "command",
      key: randomUUID(),
      source: "inbox",
      config: demo,
    });
    expect(await planCleaning(db, store, value)).toMatchObject({ weights: [], weightsWait: true });
    await db
      .update(trainingRuns)
      .set({ state: "failed", finishedAt: new Date() })
      .where(eq(trainingRuns.id, waiting.id));

    expect((await clean({ db, store }, "retention")).weights).toHaveLength(1);
    expect(await store.stat(rejected)).toBeNull();
    for (const digest of [published, shared, recent]) expect(await store.stat(digest)).not.toBeNull();
    expect(await callAs(admin).settings.planCleaning()).toMatchObject({
      weights: [],
      sessions: 0,
      failedSignIns: 0,
    });
    const [event] = await db.select().from(auditEvents).where(eq(auditEvents.action, "retention.cleaned"));
    expect(event?.details).toMatchObject({ sessions: 1, weights: [rejected] });
    expect(await again(admin.sessionId)).not.toBeNull();
  });
});

describe("a password by mail", () => {
  it("reaches those who have an account, once, and tells nobody who has", async () => {
    const { db } = deployment;
    const mails: string[] = [];
    const smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS"],
      onData(stream, _session, done) {
        let text = "";
        stream.on("data", (chunk) => {
          text += String(chunk);
        });
        stream.on("end", () => {
          mails.push(text.replaceAll("=\r\n", "").replaceAll("=3D", "="));
          done();
        });
      },
    });
    await new Promise<void>((resolve) => smtp.listen(0, "127.0.0.1", resolve));
    const { port } = smtp.server.address() as AddressInfo;
    const mail = {
      smtpUrl: `smtp://127.0.0.1:${port}`,
      from: "x@example.org",
      pages: new URL("https://pages.example"),
    };
    const ask = (email: string, address = "192.0.2.7") => requestResetByMail(db, mail, { email, address });
    const person = await makeUser("forgetful@example.org", "doctor");
    expect(Object.keys(ask("nobody@example.org"))).toEqual(["sending"]);
    await ask("nobody@example.org").sending;
    expect(mails).toEqual([]);
    await ask(" Forgetful@example.org").sending;
    await ask("forgetful@example.org").sending;
    const links = mails.map((text) => /https:\/\/pages\.example\/link#([\w-]+)/.exec(text)?.[1] ?? "");
    expect(links).toHaveLength(2);
    const answer = { password: "a whole new password" };
    expect(await codeOf(takeLink(db, { ...answer, secret: links[0] as string }))).toBe("LINK_INVALID");
    await takeLink(db, { ...answer, secret: links[1] as string });
    expect(await callerOfSession(db, person.sessionId)).toBeNull();
    expect(await codeOf(takeLink(db, { ...answer, secret: links[1] as string }))).toBe("LINK_INVALID");
    expect((await signIn(db, { email: person.email, ...answer, address: "192.0.2.7" })).id).toBe(
      person.userId,
    );

    await ask("forgetful@example.org").sending;
    await ask("forgetful@example.org").sending;
    expect(mails).toHaveLength(3);
    const many = Array.from({ length: 8 }, () =>
      codeOf(Promise.resolve().then(() => ask("nobody@example.org"))),
    );
    expect((await Promise.all(many)).filter((code) => code === "TOO_MANY_REQUESTS").length).toBeGreaterThan(
      2,
    );
    await new Promise<void>((resolve) => smtp.close(() => resolve()));
  });
});

/** An OpenID Connect provider as small as can be: discovery, a code for whom it is told, signed tokens. */
class Provider {
  private readonly keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
  private readonly foreign = generateKeyPairSync("rsa", { modulusLength: 2048 });
  private readonly nonces = new Map<string, string>();
  private readonly server: Server = createServer((request, response) => this.answer(request, response));
  claims: Record<string, unknown> = {};
  isForged = false;

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return this.issuer();
  }

  stop(): void {
    this.server.close();
  }

  private issuer(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "/", this.issuer());
    const json = (body: unknown) =>
      response.setHeader("content-type", "application/json").end(JSON.stringify(body));
    const issuer = this.issuer();
    if (url.pathname === "/.well-known/openid-configuration")
      json({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        userinfo_endpoint: `${issuer}/userinfo`,
        response_types_supported: ["code"],
        id_token_signing_alg_values_supported: ["RS256"],
      });
    else if (url.pathname === "/keys")
      json({
        keys: [{ ...this.keys.publicKey.export({ format: "jwk" }), kid: "1", alg: "RS256", use: "sig" }],
      });
    else if (url.pathname === "/token") this.token(request, json);
    else response.writeHead(404).end();
  }

  /** What the person would see at the provider: it lets them in and sends them back. */
  authorize(address: string): string {
    const asked = new URL(address).searchParams;
    const code = randomUUID();
    this.nonces.set(code, asked.get("nonce") ?? "");
    const back = new URL(asked.get("redirect_uri") ?? "");
    back.search = new URLSearchParams({
      code,
      state: asked.get("state") ?? "",
      iss: this.issuer(),
    }).toString();
    return back.href;
  }

  private token(request: IncomingMessage, json: (body: unknown) => void): void {
    let body = "";
    request.on("data", (chunk) => {
      body += String(chunk);
    });
    request.on("end", () => {
      const nonce = this.nonces.get(new URLSearchParams(body).get("code") ?? "");
      json({ access_token: "a", token_type: "Bearer", expires_in: 60, id_token: this.signed({ nonce }) });
    });
  }

  private signed(more: Record<string, unknown>): string {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: this.issuer(),
      aud: "pneumoscope",
      sub: "1",
      iat: now,
      exp: now + 60,
      ...more,
      ...this.claims,
    };
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const text = `${part({ alg: "RS256", kid: "1", typ: "JWT" })}.${part(claims)}`;
    const { privateKey } = this.isForged ? this.foreign : this.keys;
    return `${text}.${sign("sha256", Buffer.from(text), privateKey).toString("base64url")}`;
  }
}

describe("single sign-on at a provider", () => {
  const provider = new Provider();
  const origin = "http://here.example";

  beforeAll(async () => {
    Object.assign(process.env, {
      OIDC_ISSUER: await provider.start(),
      OIDC_CLIENT_ID: "pneumoscope",
      OIDC_CLIENT_SECRET: "secret",
    });
  });
  afterAll(() => {
    provider.stop();
    for (const name of ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_TRUST_EMAIL"])
      delete process.env[name];
  });

  /** A browser's way there and back, with its cookies. @returns where it ends, and the session */
  async function enter(
    claims: Record<string, unknown>,
    {
      forwardedHost,
      callbackUrl = "/account",
      planted,
    }: { forwardedHost?: string; callbackUrl?: string; planted?: string } = {},
  ) {
    provider.claims = claims;
    const jar = new Map<string, string>(planted ? [[sessionCookie, planted]] : []);
    const go = async (address: string, form?: Record<string, string>) => {
      const { pathname } = new URL(address);
      const headers: Record<string, string> = {
        host: "here.example",
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; "),
        ...(forwardedHost && { "x-forwarded-host": forwardedHost }),
        ...(form && { "content-type": "application/x-www-form-urlencoded" }),
      };
      const init = form ? { method: "POST", body: new URLSearchParams(form).toString() } : {};
      const context = { params: Promise.resolve({ nextauth: pathname.split("/").slice(3) }) };
      const response = await (form ? postAuth : openAuth)(
        new Request(address, { ...init, headers }),
        context,
      );
      for (const cookie of response.headers.getSetCookie()) {
        const [pair = ""] = cookie.split(";");
        jar.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
      }
      return response;
    };
    const { csrfToken } = await (await go(`${origin}/api/auth/csrf`)).json();
    const sent = await go(`${origin}/api/auth/signin/oidc`, { csrfToken, callbackUrl });
    const there = sent.headers.get("location") ?? "";
    const back = provider.authorize(there);
    const done = await go(back);
    const caller = await callerOfCookie(deployment.db, jar.get(sessionCookie));
    return { there, back, location: done.headers.get("location") ?? "", caller };
  }

  it("opens the account of a verified address", async () => {
    const { caller, location } = await enter({ email: "Ada@example.org", email_verified: true });
    expect(caller).toMatchObject({ kind: "user", userId: admin.userId });
    expect(location).toBe(`${origin}/account`);
  });

  it.each([
    ["an address that is not verified", { email: "ada@example.org", email_verified: false }],
    ["an address of which it says nothing", { email: "ada@example.org" }],
    ["an address without an account", { email: "stranger@example.org", email_verified: true }],
    ["a token for another client", { email: "ada@example.org", email_verified: true, aud: "other" }],
    ["a token of another sign-in", { email: "ada@example.org", email_verified: true, nonce: "other" }],
    ["an expired token", { email: "ada@example.org", email_verified: true, exp: 1 }],
  ])("opens nothing for %s", async (_, claims) => {
    const { caller, location } = await enter(claims);
    expect(caller.kind).toBe("anonymous");
    expect(location).toMatch(/[?&]error=/);
    expect(await deployment.db.select().from(users).where(eq(users.email, "stranger@example.org"))).toEqual(
      [],
    );
  });

  it("leaves a trail of whom it did not let in, without the address", async () => {
    const { db } = deployment;
    await enter({ email: "Nobody@example.org", email_verified: true });
    const refused = await db
      .select()
      .from(auditEvents)
      .where(eq(auditEvents.action, "user.sign_in_refused"))
      .orderBy(auditEvents.id);
    expect(refused.at(-1)).toMatchObject({
      entityId: attemptKey("account", "nobody@example.org"),
      details: { by: "single sign-on" },
    });
    expect(JSON.stringify(refused)).not.toContain("obody@example.org");
  });

  it("opens nothing by a key that is not the provider's", async () => {
    provider.isForged = true;
    expect((await enter({ email: "ada@example.org", email_verified: true })).caller.kind).toBe("anonymous");
    provider.isForged = false;
  });

  it("takes every address for verified where the operator says so", async () => {
    process.env.OIDC_TRUST_EMAIL = "1";
    expect((await enter({ email: "ada@example.org" })).caller.kind).toBe("user");
  });

  it("is not sent on to another site", async () => {
    const claims = { email: "ada@example.org", email_verified: true };
    for (const callbackUrl of [
      "https://evil.example/",
      "//evil.example",
      "https://here.example.evil.example/",
    ]) {
      const { location } = await enter(claims, { callbackUrl });
      expect(new URL(location, origin).origin, callbackUrl).toBe(origin);
    }
  });

  it("is a session of its own, whatever cookie the browser was given before", async () => {
    const planted = await cookieOf(await makeUser("mallory@example.org", "doctor"));
    const { caller } = await enter({ email: "ada@example.org", email_verified: true }, { planted });
    expect(caller).toMatchObject({ userId: admin.userId });
    expect(await callerOfCookie(deployment.db, planted)).toMatchObject({ email: "mallory@example.org" });
  });

  it("is not sent back to where a header says", async () => {
    const { there } = await enter(
      { email: "ada@example.org", email_verified: true },
      { forwardedHost: "evil.example" },
    );
    expect(new URL(there).searchParams.get("redirect_uri")).toBe(`${origin}/api/auth/callback/oidc`);
  });
});

describe("text that has been a program somewhere", () => {
  it("is data: in names, notes and searches", async () => {
    const { db } = deployment;
    const name = `Robert'); drop table users; -- <script>alert(1)</script> =1+1 \u0000`.replace("\u0000", "");
    const { id } = await callAs(admin).tokens.create({ name, scopes: ["read"], days: 1 });
    expect((await callAs(admin).tokens.listAll()).find((token) => token.id === id)?.name).toBe(name.trim());
    const found = await callAs(admin).audit.list({ text: "' or 1=1 --" });
    expect(found).toEqual([]);
    const [{ rows } = { rows: 0 }] = await db.select({ rows: sql<number>`count(*)::int` }).from(users);
    expect(rows).toBeGreaterThan(3);
    expect(await codeOf(callAs(admin).tokens.create({ name: "\u0000", scopes: ["read"], days: 1 }))).toBe(
      "BAD_REQUEST",
    );
  });
});
