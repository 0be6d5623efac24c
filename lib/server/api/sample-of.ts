import type { JsonSchema } from "./operations";

const deepest = 6;

/** A value that fits a schema, as small as can be: what is required, with the first of each choice. */
export function sampleOf(schema: JsonSchema, depth = 0): unknown {
  const { enum: choices, anyOf, oneOf, type, items, minItems = 0 } = schema;
  if (depth > deepest) return null;
  if (schema.const !== undefined) return schema.const;
  if (choices) return choices[0];
  const [first] = (anyOf ?? oneOf ?? []).filter((part) => typeof part === "object");
  if (first) return sampleOf(first, depth + 1);
  if (type === "object") return sampleObject(schema, depth);
  if (type === "array") {
    const hasItem = minItems > 0 && items && typeof items === "object" && !Array.isArray(items);
    return hasItem ? [sampleOf(items, depth + 1)] : [];
  }
  if (type === "integer" || type === "number") return schema.default ?? Math.max(schema.minimum ?? 1, 0);
  if (type === "boolean") return schema.default ?? true;
  return sampleText(schema);
}

function sampleObject({ properties = {}, required = [] }: JsonSchema, depth: number): unknown {
  return Object.fromEntries(
    required.flatMap((name) => {
      const property = properties[name];
      return typeof property === "object" ? [[name, sampleOf(property, depth + 1)]] : [];
    }),
  );
}

const samples: Record<string, string> = {
  uuid: "00000000-0000-4000-8000-000000000000",
  email: "someone@example.org",
  "date-time": "2026-01-01T00:00:00Z",
  uri: "https://example.org/",
};

function sampleText({ format, minLength = 1 }: JsonSchema): string {
  return (format && samples[format]) ?? "…".padEnd(minLength, "…");
}
