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
