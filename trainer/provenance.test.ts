import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { codeDifferences, provenanceSchema } from "@/lib/training/provenance";
import { readCommit, readProvenance } from "./provenance";

it("takes the commit from the deployment, else from git, and never from a repository around the folder", async () => {
  expect(await readCommit({ PNEUMOSCOPE_COMMIT: " abc ", VERCEL_GIT_COMMIT_SHA: "def" })).toBe("abc");
  expect(await readCommit({ PNEUMOSCOPE_COMMIT: "", VERCEL_GIT_COMMIT_SHA: "def" })).toBe("def");
  expect(await readCommit({})).toMatch(/^[0-9a-f]{40}(-changed)?$/);
  const folder = await mkdtemp(path.join(tmpdir(), "pneumoscope-commit-"));
  expect(await readCommit({}, folder)).toBeNull();
  await rm(folder, { recursive: true });
});

it("names every fact that is not as it was", async () => {
  const here = provenanceSchema.parse(await readProvenance({ hardware: "four threads", gpu: "RTX" }));
  expect(here).toMatchObject({ gpu: "RTX", engineRunsOn: "four threads" });
  const clean = { ...here, commit: "a".repeat(40) };
  expect(codeDifferences(clean, clean)).toEqual([]);
  const before = { ...clean, commit: null, versions: { ...clean.versions, node: "18.0.0" } };
  expect(codeDifferences(before, clean)).toEqual([
    `The commit was not known, and is ${clean.commit} here.`,
    `The node was 18.0.0, and is ${process.versions.node} here.`,
  ]);
  expect(codeDifferences(clean, { ...clean, commit: `${clean.commit}-changed` }).at(-1)).toContain(
    "Files here differ",
  );
  expect(codeDifferences(null, clean)).toHaveLength(1);
});
