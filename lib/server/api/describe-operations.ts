import { type JsonSchema, listOperations, type Operation } from "./operations";
import { sampleOf } from "./sample-of";

/** A field of an operation's input. */
export interface FieldLine {
  name: string;
  /** As JSON Schema says it, with choices: "string", "integer", "“open” | “signed-in”", "string[]". */
  type: string;
  isRequired: boolean;
  /** "1 to 80 characters", "1 … 200" */
  limits: string;
}

export interface OperationLine extends Pick<Operation, "name" | "method" | "callers" | "scope" | "summary"> {
  path: string;
  fields: FieldLine[];
  /** A command that calls it. */
  example: string;
}

/** Every operation as the docs page shows it. */
export function describeOperations(): OperationLine[] {
  return [...listOperations().values()].map((operation) => {
    const { name, method, callers, scope, summary, path } = operation;
    return {
      name,
      method,
      callers,
      scope,
      summary,
      path: `/api/v1/${path}`,
      fields: fieldsOf(operation.input),
      example: exampleOf(operation),
    };
  });
}

function fieldsOf(input: JsonSchema | null): FieldLine[] {
  const required = new Set(input?.required ?? []);
  return Object.entries(input?.properties ?? {}).map(([name, schema]) => ({
    name,
    type: typeof schema === "object" ? typeOf(schema) : "",
    isRequired: required.has(name),
    limits: typeof schema === "object" ? limitsOf(schema) : "",
  }));
}

function typeOf(schema: JsonSchema): string {
  const { type, items, anyOf, oneOf } = schema;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum)
    return schema.enum.length > 12 ? "string" : schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  const parts = anyOf ?? oneOf;
  if (parts)
    return [...new Set(parts.map((part) => (typeof part === "object" ? typeOf(part) : "")))].join(" | ");
  if (type === "array")
    return `${items && typeof items === "object" && !Array.isArray(items) ? typeOf(items) : ""}[]`;
  return schema.format ?? String(type ?? "");
}

function limitsOf(schema: JsonSchema): string {
  const { minLength, maxLength, minimum, maximum, minItems, maxItems } = schema;
  const range = (low: number | undefined, high: number | undefined) =>
    low === undefined && high === undefined ? "" : `${low ?? ""}…${high ?? ""}`;
  const safe = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  return range(minLength, maxLength) || range(minItems, maxItems) || range(minimum, safe);
}

function exampleOf({ path, method, callers, input }: Operation): string {
  const address = `"$PNEUMOSCOPE/api/v1/${path}`;
  const header = callers === "everyone" ? "" : ` -H "Authorization: Bearer $TOKEN"`;
  const sample = input ? sampleOf(input) : undefined;
  if (method === "GET") {
    const query = new URLSearchParams(
      Object.entries((sample ?? {}) as Record<string, unknown>).flatMap(([name, value]) =>
        [value].flat().map((one) => [name, typeof one === "object" ? JSON.stringify(one) : String(one)]),
      ),
    );
    return `curl${header} ${address}${query.size > 0 ? `?${query}` : ""}"`;
  }
  const body = sample === undefined ? "" : ` --json '${JSON.stringify(sample)}'`;
  return `curl -X POST${header}${body} ${address}"`;
}
