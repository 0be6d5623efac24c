import * as z from "zod";
import { signedManifestSchema } from "./schema";

/** The published JSON Schema (2020-12) of a signed model version. In a file of its own, which no page loads. */
export function manifestJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(signedManifestSchema, { target: "draft-2020-12" });
  return { ...schema, title: "Pneumoscope signed model version" };
}
