import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, it } from "vitest";
import { openApiDocument } from "./openapi";

it("is a valid OpenAPI 3.1 document, and a broken one is found", async () => {
  const validator = new Validator();
  const document = openApiDocument("");
  expect(await validator.validate(structuredClone(document))).toEqual({ valid: true });
  expect(validator.version).toBe("3.1");
  const { info: _, ...headless } = document;
  expect(await new Validator().validate(structuredClone(headless))).toMatchObject({ valid: false });
});

it("describes an answer as it leaves the server", () => {
  type Content = { "application/json": { schema: unknown } };
  const { paths } = openApiDocument("") as {
    paths: Record<string, Record<string, { responses: { 200: { content: Content } } }>>;
  };
  const schemaOf = (path: string, method: "get" | "post") =>
    paths[path]?.[method]?.responses[200].content["application/json"].schema;
  expect(schemaOf("/tokens/list", "get")).toMatchObject({
    type: "array",
    items: {
      required: expect.arrayContaining(["id", "lastUsedAt"]),
      properties: {
        expiresAt: { type: "string", format: "date-time" },
        lastUsedAt: { anyOf: [{ type: "string", format: "date-time" }, { type: "null" }] },
      },
      additionalProperties: false,
    },
  });
  expect(schemaOf("/accounts/changeRole", "post")).toEqual({ type: "null" });
  expect(JSON.stringify(schemaOf("/accounts/list", "get"))).not.toMatch(/hash|secret/i);
});
