import { listOperations, type Operation } from "./operations";

const problems = {
  400: "The input is not valid, or the operation makes no sense now",
  401: "Sign in, or send a token that is valid",
  403: "Neither the role nor the token's scopes allow it",
  404: "There is no such thing",
  409: "Something has changed meanwhile, or stands against it",
  429: "Too many requests",
} as const;

/** The OpenAPI 3.1 description of every operation, made from the router. */
export function openApiDocument(server: string): Record<string, unknown> {
  const operations = [...listOperations().values()];
  return {
    openapi: "3.1.0",
    info: {
      title: "Pneumoscope",
      version: "1",
      description:
        "What the pages do, for scripts. Make a token under Account and send it as `Authorization: Bearer`. For research use; not a medical device.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: `${server}/api/v1` }],
    tags: [...new Set(operations.map(tagOf))].map((name) => ({ name })),
    paths: Object.fromEntries(
      operations.map((operation) => [
        `/${operation.path}`,
        { [operation.method.toLowerCase()]: describe(operation) },
      ]),
    ),
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer", description: "A personal API token" } },
      schemas: {
        Problem: {
          type: "object",
          required: ["error"],
          properties: {
            error: {
              type: "object",
              required: ["code", "message"],
              properties: { code: { type: "string" }, message: { type: "string" } },
            },
          },
        },
      },
    },
  };
}

const tagOf = ({ name }: Operation) => name.split(".")[0] as string;

function describe(operation: Operation): Record<string, unknown> {
  const { name, method, summary, callers, scope, input, output } = operation;
  const who =
    callers === "everyone"
      ? "For everyone."
      : `For ${callers.join(", ")}; a token needs the scope \`${scope}\`.`;
  return {
    operationId: name,
    tags: [tagOf(operation)],
    ...(summary && { summary }),
    description: who,
    security: callers === "everyone" ? [{}, { token: [] }] : [{ token: [] }],
    ...(method === "GET" ? parametersOf(operation) : bodyOf(operation)),
    responses: {
      200: { description: "Done", content: jsonOf(output ?? {}) },
      ...Object.fromEntries(
        Object.entries(problems).map(([status, description]) => [
          status,
          {
            description,
            content: { "application/json": { schema: { $ref: "#/components/schemas/Problem" } } },
          },
        ]),
      ),
    },
    "x-callers": callers,
    "x-scope": scope,
    "x-takes-input": input !== null,
  };
}

function parametersOf({ input }: Operation): Record<string, unknown> {
  if (!input) return {};
  const { properties } = input;
  if (!properties) return { parameters: [{ name: "input", in: "query", content: jsonOf(input) }] };
  const required = new Set(input.required ?? []);
  return {
    parameters: Object.entries(properties).map(([name, schema]) => ({
      name,
      in: "query",
      required: required.has(name),
      schema,
    })),
  };
}

function bodyOf({ input }: Operation): Record<string, unknown> {
  return input ? { requestBody: { required: true, content: jsonOf(input) } } : {};
}

function jsonOf(schema: unknown) {
  return { "application/json": { schema } };
}
