import type { JsonSchema } from "./operations";

/**
 * The input that an address's parameters mean, by the types of the operation's schema: numbers and booleans as such,
 * lists by repetition, objects as JSON. What does not fit stays text, for the schema to refuse.
 */
export function readQuery(schema: JsonSchema | null, params: URLSearchParams): unknown {
  const keys = [...new Set(params.keys())];
  if (keys.length === 0) return undefined;
  if (schema && !schema.properties) return fromJson(params.get("input") ?? "");
  return Object.fromEntries(keys.map((key) => [key, valueFor(propertyOf(schema, key), params.getAll(key))]));
}

function propertyOf(schema: JsonSchema | null, key: string): JsonSchema | null {
  const properties = schema?.properties ?? {};
  const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
  return typeof property === "object" ? property : null;
}

function valueFor(schema: JsonSchema | null, given: string[]): unknown {
  const types = typesOf(schema);
  if (types.has("array")) {
    const items = schema?.items;
    return given.map((text) => parsed(text, typesOf(isSchema(items) ? items : null)));
  }
  return given.length === 1 ? parsed(given[0] as string, types) : given;
}

function parsed(text: string, types: ReadonlySet<string>): unknown {
  if ((types.has("number") || types.has("integer")) && /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text))
    return Number(text);
  if (types.has("boolean") && /^(true|false)$/.test(text)) return text === "true";
  return types.has("object") ? fromJson(text) : text;
}

/** Every type that a schema lets a value have. */
function typesOf(schema: JsonSchema | null): ReadonlySet<string> {
  const types = new Set<string>();
  const visit = (at: unknown): void => {
    if (!isSchema(at)) return;
    for (const type of [at.type ?? []].flat()) types.add(type);
    for (const part of [...(at.anyOf ?? []), ...(at.oneOf ?? []), ...(at.allOf ?? [])]) visit(part);
  };
  visit(schema);
  return types;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
