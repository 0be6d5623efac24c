import { z } from "zod";
import { type CaseReport, withoutIdentity } from "./case-report";
import { caseReportSchema } from "./case-schema";

export const readingsSchema = z.strictObject({
  schema: z.literal("pneumoscope.readings/1"),
  createdAt: z.iso.datetime(),
  product: z.literal("Pneumoscope"),
  disclaimer: z.string().min(1),
  includesIdentity: z.boolean().describe("whether names of files and patients are in it"),
  readings: z.array(caseReportSchema),
});
export type ReadingsFile = z.infer<typeof readingsSchema>;

export interface ListOptions {
  includeIdentity: boolean;
  disclaimer: string;
  createdAt: string;
}

/** The list as a "pneumoscope.readings/1" document; checked against its own schema before it leaves. */
export function writeReadingsJson(reports: readonly CaseReport[], options: ListOptions): string {
  const file: ReadingsFile = {
    schema: "pneumoscope.readings/1",
    createdAt: options.createdAt,
    product: "Pneumoscope",
    disclaimer: options.disclaimer,
    includesIdentity: options.includeIdentity,
    readings: options.includeIdentity ? [...reports] : reports.map(withoutIdentity),
  };
  return `${JSON.stringify(readingsSchema.parse(file), null, 2)}\n`;
}

/** The published JSON Schema (2020-12) of the list. */
export function readingsJsonSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(readingsSchema, { target: "draft-2020-12" }),
    title: "Pneumoscope list of readings",
  };
}
