import { type Role, roles } from "@/drizzle/schema";
import { type Scope, scopeOf } from "@/lib/server/api-tokens/scopes";
import { appRouter } from "./router";
import type { Meta } from "./trpc";

export interface Permission {
  /** "router.procedure" */
  path: string;
  kind: "query" | "mutation" | "subscription";
  callers: Meta["callers"];
  /** What a token needs; "session": no token will do. Null where anyone may call. */
  scope: Scope | "session" | null;
}

interface Described {
  _def: { type: Permission["kind"]; meta?: Meta };
}

/** Every procedure with who may call it, by path. @throws Error for a procedure that does not say */
export function listPermissions(): Permission[] {
  const procedures = appRouter._def.procedures as unknown as Record<string, Described>;
  return Object.entries(procedures)
    .map(([path, { _def }]) => {
      if (!_def.meta) throw new Error(`${path} does not say who may call it`);
      const { callers } = _def.meta;
      const scope = scopeOf(path, _def.type);
      return { path, kind: _def.type, callers, scope: callers === "everyone" ? null : scope };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

export function mayCall(role: Role | null, { callers }: Pick<Permission, "callers">): boolean {
  return callers === "everyone" || (role !== null && callers.includes(role));
}

/** The table of docs/permissions.md. */
export function permissionTable(): string {
  const mark = (allowed: boolean) => (allowed ? "yes" : "–");
  const lines = listPermissions().map(
    (permission) =>
      `| \`${permission.path}\` | ${permission.kind} | ${[null, ...roles].map((role) => mark(mayCall(role, permission))).join(" | ")} | ${permission.scope ?? "–"} |`,
  );
  return [
    `| procedure | kind | not signed in | ${roles.join(" | ")} | scope of a token |`,
    "|---|---|---|---|---|---|---|",
    ...lines,
  ].join("\n");
}
