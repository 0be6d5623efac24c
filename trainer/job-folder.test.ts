import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { createJobFolder, type JobRecord } from "./job-folder";

it("removes what a killed trainer was writing, and nothing else", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "jobs-"));
  const jobId = "run-1-evaluate";
  const digest = `sha256:${"a".repeat(64)}` as const;
  const record: JobRecord = {
    job: {
      kind: "evaluate",
      jobId,
      datasetDigest: digest,
      weightsDigest: digest,
      imageSize: 224,
      views: ["identity"],
      splits: ["test"],
    },
    status: { jobId, kind: "evaluate", state: "running", epochs: [] },
    queuedAt: "2026-11-21T03:00:00.000Z",
    callbackDelivered: false,
    endedAt: null,
  };
  await createJobFolder(folder).save(record);
  const directory = path.join(folder, jobId);
  await writeFile(path.join(directory, ".checkpoint.safetensors.77.0b7e.tmp"), "half");
  await writeFile(path.join(directory, "checkpoint.safetensors"), "whole");
  await mkdir(path.join(folder, "without-record"));
  const { records, unreadable } = await createJobFolder(folder).load();
  expect([records, unreadable]).toEqual([[record], ["without-record"]]);
  expect((await readdir(directory)).sort()).toEqual(["checkpoint.safetensors", "job.json"]);
  await rm(folder, { recursive: true });
});
