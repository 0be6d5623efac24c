import { z } from "zod";
import { type Scope, scopeOf } from "@/lib/server/api-tokens/scopes";
import { appRouter } from "@/lib/server/trpc/router";
import type { Meta } from "@/lib/server/trpc/trpc";
import summaries from "./summaries.json";

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** A procedure as scripts see it. */
export interface Operation {
  /** "router.procedure" */
  name: string;
  /** Below /api/v1. */
  path: string;
  method: "GET" | "POST";
  callers: Meta["callers"];
  scope: Scope | "session";
  summary: string | null;
  input: JsonSchema | null;
  /** What it answers, where the procedure says so; it then answers nothing else. */
  output: JsonSchema | null;
}

interface Described {
  _def: { type: "query" | "mutation" | "subscription"; meta?: Meta; inputs?: unknown[]; output?: unknown };
}

const known: Record<string, string> = summaries;
let listed: Map<string, Operation> | undefined;

/** Every operation that a script may call, by path. What only a signed-in person may do is left out. */
export function listOperations(): ReadonlyMap<string, Operation> {
  listed ??= new Map(
    Object.entries(appRouter._def.procedures as unknown as Record<string, Described>)
      .flatMap(([name, procedure]) => operationOf(name, procedure) ?? [])
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((operation) => [operation.path, operation]),
  );
  return listed;
}

function operationOf(
  name: string,
  { _def: { type, meta, inputs = [], output } }: Described,
): Operation | null {
  const scope = scopeOf(name, type);
  if (type === "subscription" || scope === "session" || !meta) return null;
  // What takes a file or a form has a route of its own.
  if (!inputs.every((input) => input instanceof z.ZodType)) return null;
  return {
    name,
    path: name.replaceAll(".", "/"),
    method: type === "query" ? "GET" : "POST",
    callers: meta.callers,
    scope,
    summary: known[name] ?? null,
    input: inputs[0] ? inputSchema(inputs[0]) : null,
    output: output instanceof z.ZodType ? outputSchema(output) : null,
  };
}

function inputSchema(input: z.ZodType): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(input, { io: "input", unrepresentable: "any" });
  return schema;
}

/** Of the answer as JSON: instants are text, nothing is null. */
function outputSchema(output: z.ZodType): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(output, {
    io: "output",
    unrepresentable: "any",
    override({ zodSchema, jsonSchema }) {
      const { type } = zodSchema._zod.def;
      if (type === "date") Object.assign(jsonSchema, { type: "string", format: "date-time" });
      if (type === "void") jsonSchema.type = "null";
    },
  });
  return schema;
}
