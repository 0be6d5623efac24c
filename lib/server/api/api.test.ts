import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { PneumoscopeError } from "@/lib/errors";
import { anonymous, type Caller } from "@/lib/server/accounts/caller";
import { type Scope, scopeOf, scopes } from "@/lib/server/api-tokens/scopes";
import { listPermissions } from "@/lib/server/trpc/permissions";
import type { TrpcContext } from "@/lib/server/trpc/trpc";
import { handleApiRequest } from "./handle-request";
import { openApiDocument } from "./openapi";
import { listOperations } from "./operations";
import { readQuery } from "./read-query";
import { readSummaries } from "./read-summaries";

const reached = new PneumoscopeError("DATABASE_UNAVAILABLE", "The procedure itself was reached.");
const contextOf = (caller: Caller): TrpcContext => ({
  store: null as never,
  database: () => Promise.reject(reached),
  trainer: () => Promise.reject(reached),
  caller: async () => caller,
});
const someId = "00000000-0000-4000-8000-000000000000";
const holder = (role: "viewer" | "doctor" | "admin", held: readonly Scope[]): Caller => ({
  kind: "user",
  userId: someId,
  sessionId: someId,
  email: "a@example.org",
  name: "A",
  role,
  token: { id: someId, scopes: held },
});

async function ask(path: string, caller: Caller = anonymous, init: RequestInit = {}) {
  const [operation = ""] = path.split("?");
  const request = new Request(`https://here.example/api/v1/${path}`, init);
  const response = await handleApiRequest(request, operation, contextOf(caller));
  return { status: response.status, headers: response.headers, body: await response.json() };
}
const post = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  body: typeof body === "string" ? body : JSON.stringify(body),
  headers: { "content-type": "application/json", ...headers },
});

describe("a token", () => {
  it.each(listPermissions().filter(({ callers }) => callers !== "everyone"))(
    "reaches $path with its scope only",
    async ({ path, kind }) => {
      const needed = scopeOf(path, kind);
      const operation = listOperations().get(path.replaceAll(".", "/"));
      if (needed === "session" || !operation) {
        expect(operation).toBeUndefined();
        return;
      }
      const { method } = operation;
      const others = scopes.filter((scope) => scope !== needed);
      const without = await ask(operation.path, holder("admin", others), { method });
      expect(without.body.error.code).toBe("TOKEN_SCOPE_MISSING");
      expect(without.status).toBe(403);
      const held = await ask(operation.path, holder("admin", [needed]), { method });
      expect(held.body.error?.code ?? "none").not.toBe("TOKEN_SCOPE_MISSING");
    },
  );

  it.each([
    ["inUse.setDriftLimits", "administer"],
    ["runs.changeSchedule", "administer"],
    ["settings.changePolicy", "administer"],
    ["accounts.changeRole", "administer"],
    ["modelVersions.approve", "decide"],
    ["runs.start", "operate"],
  ])("changes %s with %s", (path, scope) => {
    expect(scopeOf(path, "mutation")).toBe(scope);
  });

  it("is never worth more than the person", async () => {
    const { status, body } = await ask("accounts/list", holder("doctor", scopes));
    expect([status, body.error.code]).toEqual([403, "NOT_ALLOWED"]);
  });
});

describe("requests", () => {
  it("are answered in plain JSON", async () => {
    expect(await ask("accounts/me")).toMatchObject({ status: 200, body: null });
    expect((await ask("accounts/list")).headers.get("www-authenticate")).toContain("Bearer");
  });

  it.each([
    ["no/such", {}, 404, "OPERATION_NOT_FOUND"],
    ["__proto__/toString", {}, 404, "OPERATION_NOT_FOUND"],
    ["tokens/create", post({ name: "a", scopes: ["read"], days: 1 }), 404, "OPERATION_NOT_FOUND"],
    ["accounts/invite", {}, 405, "METHOD_NOT_ALLOWED"],
    ["accounts/list", { method: "DELETE" }, 405, "METHOD_NOT_ALLOWED"],
    ["accounts/invite", post("{"), 400, "INPUT_INVALID"],
    ["accounts/invite", post({ email: "a@example.org" }), 400, "INPUT_INVALID"],
    ["accounts/invite", post({}, { "content-type": "text/plain" }), 415, "CONTENT_TYPE_UNSUPPORTED"],
    ["accounts/invite", post(`"${"x".repeat(2 ** 20)}"`), 413, "INPUT_TOO_LARGE"],
    ["audit/list?limit=9999", {}, 400, "INPUT_INVALID"],
    ["audit/list?limit=9&limit=8", {}, 400, "INPUT_INVALID"],
    ["audit/list?toString=1", {}, 400, "INPUT_INVALID"],
    ["audit/list?limit=5&since=2026-01-01T00:00:00Z", {}, 503, "DATABASE_UNAVAILABLE"],
  ] as [string, RequestInit, number, string][])("%s %o is %i %s", async (path, init, status, code) => {
    const answer = await ask(path, holder("admin", scopes), init);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  });

  it("are told of a failure of ours where an answer is not what its description says", async () => {
    expect((await ask("accounts/me", holder("viewer", scopes))).body).toMatchObject({ role: "viewer" });
    const log = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const answer = await ask("accounts/me", { ...holder("admin", scopes), role: "owner" } as never);
    log.mockRestore();
    expect([answer.status, answer.body.error.code]).toEqual([500, "INTERNAL_SERVER_ERROR"]);
    expect(answer.body.error.message).not.toContain("owner");
  });

  it("mean by their parameters what the schema says", () => {
    const schema = {
      type: "object" as const,
      properties: {
        limit: { type: "integer" as const },
        ids: { type: "array" as const, items: { type: "string" as const } },
        open: { anyOf: [{ type: "boolean" as const }, { type: "null" as const }] },
        config: { type: "object" as const },
        text: { type: "string" as const },
      },
    };
    const query = new URLSearchParams('limit=5&ids=1&open=true&config={"a":1}&text=7&other=8');
    expect(readQuery(schema, query)).toEqual({
      limit: 5,
      ids: ["1"],
      open: true,
      config: { a: 1 },
      text: "7",
      other: "8",
    });
    expect(readQuery(schema, new URLSearchParams())).toBeUndefined();
  });
});

describe("the description", () => {
  const document = openApiDocument("") as {
    paths: Record<string, Record<string, { operationId: string; "x-scope": string; parameters?: unknown[] }>>;
  };

  it("has every operation once, under its method", () => {
    const described = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    const expected = listPermissions().filter(({ path, kind }) => scopeOf(path, kind) !== "session");
    expect(new Set(described.map(({ operationId }) => operationId)).size).toBe(described.length);
    for (const { operationId } of described) expect(expected.map(({ path }) => path)).toContain(operationId);
    expect(document.paths["/audit/list"]?.get?.parameters).toContainEqual(
      expect.objectContaining({ name: "limit", in: "query", required: false }),
    );
    expect(JSON.stringify(document)).not.toContain("$schema");
  });

  it("says of each what its code says (npm run permissions writes it)", async () => {
    const written = JSON.parse(readFileSync("lib/server/api/summaries.json", "utf8"));
    const names = listPermissions().map(({ path }) => path);
    for (const name of Object.keys(written)) expect(names).toContain(name);
    expect((await readSummaries())["audit.list"]).toBe(written["audit.list"]);
  });
});
