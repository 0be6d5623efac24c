import { describe, expect, it } from "vitest";
import { z } from "zod";
import { PneumoscopeError } from "@/lib/errors";
import type { Caller } from "@/lib/server/accounts/caller";
import { appRouter, createCaller } from "./router";
import type { TrpcContext } from "./trpc";

/** Text that has been a program somewhere: each is data here, and too long is too long. */
const long = "x".repeat(100_000);

interface Described {
  _def: { type: string; inputs: unknown[] };
}

const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, Described>);
const takingInput = procedures.flatMap(([path, { _def }]) =>
  _def.inputs[0] instanceof z.ZodType ? [{ path, type: _def.type, input: _def.inputs[0] }] : [],
);
const mutations = takingInput.filter(({ type }) => type === "mutation");

const admin: Caller = {
  kind: "user",
  userId: "00000000-0000-4000-8000-000000000000",
  sessionId: "00000000-0000-4000-8000-000000000000",
  email: "a@example.org",
  name: "A",
  role: "admin",
};

/** Calls as an administrator over a record that says whether it was touched. */
async function attack(path: string, input: unknown): Promise<{ code: string; touched: boolean }> {
  let touched = false;
  const touch = (): Promise<never> => {
    touched = true;
    return Promise.reject(new PneumoscopeError("DATABASE_UNAVAILABLE", "reached"));
  };
  const store = new Proxy({}, { get: () => touch }) as never;
  const context: TrpcContext = { store, database: touch, trainer: touch, caller: async () => admin };
  let at: unknown = createCaller(context);
  for (const part of path.split(".")) at = (at as Record<string, unknown>)[part];
  return (at as (input: unknown) => Promise<unknown>)(input).then(
    () => ({ code: "none", touched }),
    (error: { code?: string }) => ({ code: error.code ?? "none", touched }),
  );
}

interface Place {
  path: (string | number)[];
  /** An input that is wrong at least there. */
  around(value: unknown): unknown;
}

/** Every place of an input that takes text. */
function textsOf(schema: z.core.JSONSchema.BaseSchema): Place[] {
  const places: Place[] = [];
  const visit = (at: unknown, path: Place["path"], around: Place["around"], depth: number): void => {
    if (typeof at !== "object" || at === null || depth > 6) return;
    const { type, properties, items, anyOf, oneOf, allOf } = at as z.core.JSONSchema.BaseSchema;
    if (type === "string") places.push({ path, around });
    const chosen = constantsOf(properties);
    for (const [key, inner] of Object.entries(properties ?? {}))
      visit(inner, [...path, key], (value) => around({ ...chosen, [key]: value }), depth + 1);
    if (items && !Array.isArray(items)) visit(items, [...path, 0], (value) => around([value]), depth + 1);
    for (const part of [...(anyOf ?? []), ...(oneOf ?? []), ...(allOf ?? [])])
      visit(part, path, around, depth + 1);
  };
  visit(schema, [], (value) => value, 0);
  return places;
}

/** What tells one alternative from another. */
function constantsOf(properties: z.core.JSONSchema.BaseSchema["properties"] = {}): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([key, inner]) =>
      typeof inner === "object" && inner.const !== undefined ? [[key, inner.const]] : [],
    ),
  );
}

const schemaOf = (input: z.ZodType) => z.toJSONSchema(input, { io: "input", unrepresentable: "any" });

/** Every complaint, also those inside of alternatives. */
function issuesOf(input: z.ZodType, value: unknown): { path: PropertyKey[]; code: string }[] {
  const issues = input.safeParse(value).error?.issues ?? [];
  const flat = (list: z.core.$ZodIssue[], before: PropertyKey[]): { path: PropertyKey[]; code: string }[] =>
    list.flatMap((issue) => [
      { path: [...before, ...issue.path], code: issue.code },
      ...(issue.code === "invalid_union"
        ? issue.errors.flatMap((inner) => flat(inner, [...before, ...issue.path]))
        : []),
    ]);
  return flat(issues, []);
}

describe.each(mutations)("$path", ({ path, input }) => {
  it("refuses keys that it does not know, and changes nothing", async () => {
    const extra = { role: "admin", isAdmin: true, userId: admin.userId, id: 1, unknownKey: 1 };
    expect(await attack(path, extra)).toEqual({ code: "BAD_REQUEST", touched: false });
    expect(issuesOf(input, extra).map(({ code }) => code)).toContain("unrecognized_keys");
  });
});

describe.each(takingInput)("$path", ({ path, input }) => {
  it("refuses 100,000 characters in every text, and asks the record nothing", async () => {
    for (const { path: place, around } of textsOf(schemaOf(input))) {
      const given = around(long);
      expect(await attack(path, given)).toEqual({ code: "BAD_REQUEST", touched: false });
      const complaints = issuesOf(input, given).filter(({ code }) => code !== "unrecognized_keys");
      expect(
        complaints.map(({ path: at }) => at.join(".")),
        `${path}: ${place.join(".")}`,
      ).toContain(place.join("."));
    }
  });

  it("refuses text that no database keeps", async () => {
    for (const { around } of textsOf(schemaOf(input)))
      for (const text of ["a\0b", "\ud800"])
        expect(await attack(path, around(text))).toEqual({ code: "BAD_REQUEST", touched: false });
  });
});

it("walks something", () => {
  expect(mutations.length).toBeGreaterThan(10);
  expect(mutations.flatMap(({ input }) => textsOf(schemaOf(input))).length).toBeGreaterThan(20);
});
