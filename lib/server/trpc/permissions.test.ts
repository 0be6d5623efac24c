import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { type Role, roles } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import { anonymous, type Caller } from "@/lib/server/accounts/caller";
import { listPermissions, mayCall, permissionTable } from "./permissions";
import { createCaller } from "./router";
import type { TrpcContext } from "./trpc";

const someId = "00000000-0000-4000-8000-000000000000";
const callers: [string, Role | null, Caller][] = [
  ["nobody", null, anonymous],
  ...roles.map((role): [string, Role, Caller] => [
    role,
    role,
    { kind: "user", userId: someId, sessionId: someId, email: "a@example.org", name: "A", role },
  ]),
];
const reached = new PneumoscopeError("DATABASE_UNAVAILABLE", "The procedure itself was reached.");
const contextOf = (caller: Caller): TrpcContext => ({
  store: null as never,
  database: () => Promise.reject(reached),
  trainer: () => Promise.reject(reached),
  caller: async () => caller,
});

/** How a call ends before it does anything: refused, or let in. */
async function outcomeOf(procedurePath: string, caller: Caller): Promise<"refused" | "let in"> {
  const api = createCaller(contextOf(caller)) as unknown as Record<string, never>;
  const call = procedurePath
    .split(".")
    .reduce((at: never, name) => at[name] as never, api as never) as unknown as (
    input?: unknown,
  ) => Promise<unknown>;
  return call(undefined).then(
    () => "let in",
    (error: { code?: string }) =>
      error.code === "UNAUTHORIZED" || error.code === "FORBIDDEN" ? "refused" : "let in",
  );
}

describe.each(listPermissions())("$path", (permission) => {
  it.each(callers)("%s", async (_, role, caller) => {
    expect(await outcomeOf(permission.path, caller)).toBe(mayCall(role, permission) ? "let in" : "refused");
  });
});

describe("the table", () => {
  it("gives nobody who is not signed in anything that changes the record", () => {
    const open = listPermissions().filter(
      ({ kind, callers: who }) => kind === "mutation" && who === "everyone",
    );
    expect(open.map(({ path: name }) => name)).toEqual([
      "accounts.readLink",
      "accounts.requestPasswordReset",
      "accounts.useLink",
    ]);
  });

  it("is the one in docs/permissions.md (npm run permissions writes it)", () => {
    const text = readFileSync(path.join(import.meta.dirname, "../../../docs/permissions.md"), "utf8");
    expect(text).toContain(permissionTable());
  });
});
