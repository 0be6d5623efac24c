import { z } from "zod";

const digest = z.templateLiteral(["sha256:", z.string().regex(/^[0-9a-f]{64}$/)]);

/** What a training ran with, as the trainer reports it: enough to tell why another one came out differently. */
export const provenanceSchema = z.strictObject({
  commit: z
    .string()
    .nullable()
    .describe(
      "of the code that trained, with “-changed” where files differ from it; null where nothing says",
    ),
  lockDigest: digest.nullable().describe("SHA-256 of package-lock.json"),
  cpu: z.string(),
  cores: z.int().min(1),
  memoryMiB: z.int().min(1),
  gpu: z.string().nullable().describe("the adapter that the engine trains on; null on a processor"),
  engineRunsOn: z.string().describe("the engine's own words: processor or adapter, threads, library"),
  platform: z.string().describe("“linux-x64”"),
  versions: z.strictObject({
    pneumoscope: z.string(),
    node: z.string(),
    onnxruntime: z.string().nullable(),
    tfjs: z.string().nullable(),
  }),
});
export type Provenance = z.infer<typeof provenanceSchema>;

/** The code and its libraries: what must be the same for a repeated training to be owed the same weights. */
export function codeDifferences(recorded: Provenance | null, here: Provenance): string[] {
  if (!recorded) return ["The record does not say with which code, libraries and hardware this run trained."];
  const facts: [string, string | null, string | null][] = [
    ["commit", recorded.commit, here.commit],
    ["lock file", recorded.lockDigest, here.lockDigest],
    ["node", recorded.versions.node, here.versions.node],
    ["onnxruntime", recorded.versions.onnxruntime, here.versions.onnxruntime],
    ["tfjs", recorded.versions.tfjs, here.versions.tfjs],
    ["platform", recorded.platform, here.platform],
    ["hardware", recorded.engineRunsOn, here.engineRunsOn],
  ];
  const different = facts
    .filter(([, then, now]) => then !== now)
    .map(([name, then, now]) => `The ${name} was ${then ?? "not known"}, and is ${now ?? "not known"} here.`);
  if (here.commit?.endsWith("-changed"))
    different.push(`Files here differ from commit ${here.commit.slice(0, 12)}.`);
  return different;
}
