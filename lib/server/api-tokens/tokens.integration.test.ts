import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { eq } from "drizzle-orm";
import { encode } from "next-auth/jwt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GET as exportTrail } from "@/app/api/audit/export/route";
import { PUT as takePiece } from "@/app/api/data/uploads/[id]/[index]/route";
import { GET as exportListing } from "@/app/api/data/versions/[digest]/listing/route";
import { GET as getReport } from "@/app/api/data/versions/[digest]/report/route";
import { GET as getThumbnail } from "@/app/api/data/versions/[digest]/thumbnails/[image]/route";
import { GET as exportModel } from "@/app/api/models/exports/[version]/[format]/route";
import { GET as getArtifact } from "@/app/api/runs/[id]/[name]/route";
import { GET as exportRuns } from "@/app/api/runs/export/route";
import { GET as callApi, POST as postApi } from "@/app/api/v1/[...path]/route";
import { apiTokens, auditEvents } from "@/drizzle/schema";
import { sessionSecret } from "@/lib/node/secrets";
import type { SignedInCaller } from "@/lib/server/accounts/caller";
import { inviteUser } from "@/lib/server/accounts/invite";
import { takeLink } from "@/lib/server/accounts/one-time-links";
import { sessionCookie } from "@/lib/server/accounts/session-cookie";
import { callerOfSession, openSession } from "@/lib/server/accounts/sessions";
import { changeRole, setActive } from "@/lib/server/accounts/users";
import { closeSharedDatabase } from "@/lib/server/context";
import { registerBaseline } from "@/lib/server/model-versions/register-baseline";
import { countRequest } from "@/lib/server/request-limit";
import { fakeWeights } from "@/lib/server/testing/fake-work";
import { type TestDeployment, withDeployment } from "@/lib/server/testing/test-deployment";
import type { Scope } from "./scopes";
import { createToken, listTokens, revokeToken } from "./tokens";

let deployment: TestDeployment;
let admin: SignedInCaller;
let doctor: SignedInCaller;
let viewer: SignedInCaller;

withDeployment("file", { patients: [] }, async (made) => {
  deployment = made;
  admin = await makeUser("ada@example.org", "admin");
  doctor = await makeUser("dora@example.org", "doctor");
  viewer = await makeUser("vera@example.org", "viewer");
});
afterAll(async () => {
  await closeSharedDatabase();
});

async function makeUser(email: string, role: "admin" | "doctor" | "viewer"): Promise<SignedInCaller> {
  const { db } = deployment;
  const secret = await inviteUser(db, "test", { email, role });
  const { id } = await takeLink(db, { secret, password: "correct horse battery", name: email });
  const session = await openSession(db, id, { address: "192.0.2.1", userAgent: "test" });
  return (await callerOfSession(db, session)) as SignedInCaller;
}

async function cookieOf({ userId, sessionId }: SignedInCaller): Promise<string> {
  const token = { sub: userId, sessionId };
  return `${sessionCookie}=${await encode({ token, secret: await sessionSecret() })}`;
}

const make = ({ userId }: SignedInCaller, scopes: Scope[] = ["read"]) =>
  createToken(deployment.db, userId, { name: "nightly", scopes, days: 1 });

/** Over the same route that scripts use. */
async function ask(path: string, authorization: string, body?: unknown) {
  const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const headers = { authorization, "content-type": "application/json" };
  const request = new Request(`https://here.example/api/v1/${path}`, { ...init, headers });
  const context = { params: Promise.resolve({ path: path.split("?")[0]?.split("/") ?? [] }) };
  const response = await (body === undefined ? callApi : postApi)(request, context);
  const answer = await response.json();
  return { status: response.status, code: answer?.error?.code ?? "none", answer };
}

describe("a token", () => {
  it("does what its owner may do, and is kept as a hash only", async () => {
    const { token, id } = await make(admin, ["read"]);
    expect(token).toMatch(/^pneumo_[\w-]{43}$/);
    const { answer } = await ask("accounts/list", `Bearer ${token}`);
    expect(answer.map(({ email }: { email: string }) => email)).toContain("dora@example.org");
    const [row] = await deployment.db.select().from(apiTokens).where(eq(apiTokens.id, id));
    expect(row?.lastUsedAt).not.toBeNull();
    expect(JSON.stringify(row)).not.toContain(token.slice(7));
    expect(JSON.stringify(await deployment.db.select().from(auditEvents))).not.toContain(token.slice(7));
    const [listed] = await listTokens(deployment.db, admin.userId);
    expect(listed).not.toHaveProperty("secretHash");
  });

  it("changes nothing without the scope, and says who did it with it", async () => {
    const invitation = { email: "new@example.org", role: "viewer" };
    const reading = await make(admin, ["read", "operate", "decide"]);
    expect((await ask("accounts/invite", `Bearer ${reading.token}`, invitation)).code).toBe(
      "TOKEN_SCOPE_MISSING",
    );
    const ruling = await make(admin, ["administer"]);
    expect((await ask("accounts/invite", `Bearer ${ruling.token}`, invitation)).status).toBe(200);
    const invited = await deployment.db
      .select()
      .from(auditEvents)
      .where(eq(auditEvents.entityId, "new@example.org"));
    expect(invited).toMatchObject([
      { action: "user.invited", actor: admin.userId, details: { role: "viewer", token: ruling.id } },
    ]);
  });

  it("of a doctor opens nothing of the administrators', whatever scopes it was given", async () => {
    const { token } = await make(doctor, ["read", "operate", "decide", "administer"]);
    expect((await ask("accounts/list", `Bearer ${token}`)).code).toBe("NOT_ALLOWED");
    expect((await ask("tokens/list", `Bearer ${token}`)).status).toBe(200);
  });

  it.each([
    ["forged", () => `Bearer pneumo_${"A".repeat(43)}`],
    ["empty", () => "Bearer"],
    ["SQL", () => "Bearer ' or 1=1 --"],
    ["overlong", () => `Bearer ${"x".repeat(100_000)}`],
  ])("that is %s is refused, also where everybody may ask", async (_, header) => {
    const { status, code } = await ask("accounts/me", header());
    expect([status, code]).toEqual([401, "TOKEN_INVALID"]);
  });

  it("ends by revocation, on its day, with the account and with the role", async () => {
    const { db } = deployment;
    const person = await makeUser("eve@example.org", "doctor");
    const state = async (token: string) => (await ask("accounts/me", `Bearer ${token}`)).code;
    const revoked = await make(person);
    expect(await revokeToken(db, doctor, revoked.id)).toBe(false);
    expect(await state(revoked.token)).toBe("none");
    expect(await revokeToken(db, admin, revoked.id)).toBe(true);
    expect(await state(revoked.token)).toBe("TOKEN_INVALID");

    const old = await make(person);
    await db
      .update(apiTokens)
      .set({ expiresAt: new Date(Date.now() - 1) })
      .where(eq(apiTokens.id, old.id));
    expect(await state(old.token)).toBe("TOKEN_INVALID");

    const before = await make(person);
    await changeRole(db, admin.userId, person.userId, "viewer");
    expect(await state(before.token)).toBe("TOKEN_INVALID");
    const last = await make(person);
    await setActive(db, admin.userId, person.userId, false);
    await setActive(db, admin.userId, person.userId, true);
    expect(await state(last.token)).toBe("TOKEN_INVALID");
    const rows = await listTokens(db, person.userId);
    expect(rows.map(({ endedBecause }) => endedBecause)).toEqual([
      "account deactivated",
      "role changed",
      "role changed",
      "revoked",
    ]);
  });

  it("asks so often within a minute and no more", async () => {
    const { token, id } = await make(doctor);
    for (let i = 0; i < 298; i++) countRequest(`token:${id}`, 300, 60_000);
    const codes = [];
    for (let i = 0; i < 4; i++) codes.push((await ask("accounts/me", `Bearer ${token}`)).code);
    expect(codes).toEqual(["none", "none", "TOO_MANY_REQUESTS", "TOO_MANY_REQUESTS"]);
  });
});

describe("files", () => {
  const download = (format: string, headers: Record<string, string>) =>
    exportModel(new Request("https://here.example/api/models/exports/v1", { headers }), {
      params: Promise.resolve({ version: "v1", format }),
    });
  const stateOf = async (response: Response) => [response.status, (await response.json()).error.code];

  it("are given to a token that may read, and to no other", async () => {
    await registerBaseline(deployment.db, deployment.store);
    const { token } = await make(doctor, ["read"]);
    const authorization = `Bearer ${token}`;
    const given = await download("safetensors", { authorization });
    expect([given.status, given.headers.get("content-disposition")]).toEqual([
      200,
      'attachment; filename="pneumoscope-v1.safetensors"',
    ]);
    expect(new Uint8Array(await given.arrayBuffer())).toEqual(fakeWeights(0.02, "baseline"));
    const runs = await exportRuns(new Request("https://here.example", { headers: { authorization } }));
    expect(await runs.text()).toMatch(/^run,state,/);

    const other = await make(admin, ["operate", "decide", "administer"]);
    const without = { authorization: `Bearer ${other.token}` };
    expect(await stateOf(await download("onnx", without))).toEqual([403, "TOKEN_SCOPE_MISSING"]);
    const forged = { authorization: `Bearer pneumo_${"A".repeat(43)}`, cookie: await cookieOf(admin) };
    expect(await stateOf(await download("tfjs", forged))).toEqual([401, "TOKEN_INVALID"]);
    expect(await stateOf(await download("tfjs", {}))).toEqual([401, "SIGN_IN_REQUIRED"]);
  });

  const digest = "0".repeat(64);
  it.each<[string, (request: Request, context: never) => Promise<Response>, object, string[]]>([
    ["a listing", exportListing, { digest }, ["doctor", "admin"]],
    ["a thumbnail", getThumbnail, { digest, image: digest }, ["doctor", "admin"]],
    ["a report", getReport, { digest }, ["viewer", "doctor", "admin"]],
    ["a model", exportModel, { version: "v0", format: "onnx" }, ["viewer", "doctor", "admin"]],
    ["a run's epochs", getArtifact, { id: "r", name: "epochs.csv" }, ["viewer", "doctor", "admin"]],
    ["a run's predictions", getArtifact, { id: "r", name: "predictions.json" }, ["admin"]],
    ["the runs", exportRuns, {}, ["viewer", "doctor", "admin"]],
    ["the audit trail", exportTrail, {}, ["admin"]],
    ["an upload's piece", takePiece, { id: "r", index: "0" }, ["admin"]],
  ])("%s is for its roles only", async (name, handler, params, allowed) => {
    const people = { viewer, doctor, admin };
    const method = name.startsWith("an upload") ? "PUT" : "GET";
    const isLetIn = async (headers: Record<string, string>) => {
      const request = new Request("https://here.example/", { method, headers });
      const { status } = await handler(request, { params: Promise.resolve(params) } as never);
      return status !== 401 && status !== 403;
    };
    expect(await isLetIn({})).toBe(false);
    for (const [role, person] of Object.entries(people)) {
      expect(await isLetIn({ cookie: await cookieOf(person) }), role).toBe(allowed.includes(role));
      const { token } = await make(person, ["read", "operate", "decide", "administer"]);
      expect(await isLetIn({ authorization: `Bearer ${token}` }), role).toBe(allowed.includes(role));
    }
  });

  it("wait for the second factor that an administrator has yet to add", async () => {
    const headers = { cookie: await cookieOf(admin) };
    process.env.ADMIN_SECOND_FACTOR = "1";
    expect(await stateOf(await download("onnx", headers))).toEqual([403, "SECOND_FACTOR_SETUP_REQUIRED"]);
    delete process.env.ADMIN_SECOND_FACTOR;
  });

  it("are not written so often that nothing else gets done", async () => {
    const headers = { cookie: await cookieOf(doctor) };
    for (let i = 0; i < 30; i++) countRequest(`model export ${doctor.userId}`, 100, 60_000);
    expect(await stateOf(await download("onnx", headers))).toEqual([429, "TOO_MANY_REQUESTS"]);
  });
});

describe("docs/api.md", () => {
  const shell = promisify(execFile);
  let server: Server;

  beforeAll(async () => {
    server = createServer(async (incoming, response) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of incoming) chunks.push(chunk);
      const url = new URL(incoming.url ?? "/", "http://127.0.0.1");
      const init = { method: incoming.method ?? "GET", headers: incoming.headers as Record<string, string> };
      const body = init.method === "POST" && { body: Buffer.concat(chunks) };
      const path = url.pathname.replace("/api/v1/", "").split("/");
      const handler = init.method === "POST" ? postApi : callApi;
      const answer = await handler(new Request(url, { ...init, ...body }), {
        params: Promise.resolve({ path }),
      });
      response.writeHead(answer.status).end(await answer.text());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
  });

  function commands(): string[] {
    const block = /```sh\n([\s\S]*?)```/.exec(readFileSync("docs/api.md", "utf8"))?.[1] ?? "";
    return block.trim().split("\n\n");
  }

  it("has commands that do what they say", async () => {
    const { token } = await make(admin, ["read", "administer"]);
    const PNEUMOSCOPE = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const answers: unknown[] = [];
    for (const command of commands()) {
      const { stdout } = await shell("sh", ["-c", command], {
        env: { ...process.env, PNEUMOSCOPE, TOKEN: token },
      });
      answers.push(JSON.parse(stdout));
    }
    expect(answers).toEqual([
      [expect.objectContaining({ version: "v1", state: "champion" })],
      expect.objectContaining({ email: "ada@example.org", role: "admin" }),
      expect.arrayContaining([
        expect.objectContaining({ action: "user.invited", entityId: "dora@example.org" }),
      ]),
      { secret: expect.stringMatching(/^[\w-]{43}$/) },
    ]);
  });
});
