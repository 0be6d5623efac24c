import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { signRequest, verifyRequest } from "@/lib/node/signed-request";
import { bundledEntry } from "@/lib/node/testing/bundled-entry";
import { createTrainerClient, type TrainerClient } from "@/lib/server/trainer-client";
import type { EvaluateJob, JobStatus } from "@/lib/training/job";

const fakeTrainer = bundledEntry("trainer/__fixtures__/fake-trainer");
const root = fileURLToPath(new URL("..", import.meta.url));
const secret = "a secret for tests only, long enough";
const digest = `sha256:${"a".repeat(64)}` as const;

let dataDirectory: string;
let started: ChildProcess[];

beforeEach(() => {
  dataDirectory = mkdtempSync(path.join(tmpdir(), "trainer-test-"));
  started = [];
});

afterEach(async () => {
  await Promise.all(started.map((child) => stop(child, "SIGKILL")));
  rmSync(dataDirectory, { recursive: true, force: true });
});

describe("a trainer over HTTP", () => {
  it("runs jobs one at a time, in order, and keeps their results", async () => {
    const { client } = await startTrainer();
    expect((await client.start(job("slow-1"))).state).toMatch(/queued|running/);
    await client.start(job("second"));
    expect((await client.status("second")).state).toBe("queued");
    await waitFor(async () => (await client.health()).runningJobId === "slow-1");
    expect(await client.health()).toMatchObject({ ok: true, queueLength: 1, runningJobId: "slow-1" });

    await expect(client.removeCheckpoint("slow-1")).rejects.toMatchObject({ code: "CONFIG_INVALID" });

    const second = await ended(client, "second");
    expect(second).toMatchObject({ state: "succeeded", engine: "wasm", result: { cases: 1 } });
    expect(await client.status("slow-1")).toMatchObject({ state: "succeeded", result: { cases: 10 } });
    writeFileSync(path.join(dataDirectory, "trainer", "jobs", "slow-1", "checkpoint.safetensors"), "12345");
    expect(await client.checkpoints()).toEqual([{ jobId: "slow-1", sizeBytes: 5 }]);
    await client.removeCheckpoint("slow-1");
    expect(await client.checkpoints()).toEqual([]);
    expect(await client.start(job("slow-1"))).toMatchObject({ state: "succeeded", result: { cases: 10 } });
  });

  it("starts a job once however often it is asked, and refuses another job under its id", async () => {
    const { client } = await startTrainer();
    const answers = await Promise.all([1, 2, 3].map(() => client.start(job("slow-once"))));
    expect(new Set(answers.map(({ jobId }) => jobId))).toEqual(new Set(["slow-once"]));
    await expect(client.start({ ...job("slow-once"), imageSize: 64 })).rejects.toMatchObject({
      code: "CONFIG_INVALID",
    });
    expect(await ended(client, "slow-once")).toMatchObject({ result: { cases: 10 } });
    expect(await client.start(job("slow-once"))).toMatchObject({ state: "succeeded", result: { cases: 10 } });
  });

  it("refuses requests that are unsigned, signed by another secret, changed or old", async () => {
    const { url, client } = await startTrainer();
    const stranger = createTrainerClient({ baseUrl: url, secret: "another secret, long enough too" });
    await expect(stranger.start(job("a"))).rejects.toMatchObject({ code: "REQUEST_SIGNATURE_INVALID" });
    expect((await fetch(`${url}/jobs/a`)).status).toBe(401);
    expect((await fetch(`${url}/jobs`, { method: "POST", body: JSON.stringify(job("a")) })).status).toBe(401);

    const body = JSON.stringify(job("a"));
    const signed = signRequest({ method: "POST", path: "/jobs", body }, secret);
    const changed = await fetch(`${url}/jobs`, {
      method: "POST",
      body: body.replace("224", "128"),
      headers: { ...signed },
    });
    expect(changed.status).toBe(401);
    const old = signRequest({ method: "POST", path: "/jobs", body }, secret, Date.now() - 6 * 60_000);
    expect((await fetch(`${url}/jobs`, { method: "POST", body, headers: { ...old } })).status).toBe(401);

    await expect(client.status("a")).rejects.toMatchObject({ code: "TRAINER_JOB_NOT_FOUND" });
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  it("names what is wrong with a job that does not fit the schema", async () => {
    const { client } = await startTrainer();
    await expect(
      client.start({ ...job("bad"), imageSize: "big" } as unknown as EvaluateJob),
    ).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining("imageSize"),
    });
  });

  it("streams every state of a job and then ends", async () => {
    const { client } = await startTrainer();
    await client.start(job("slow-watched"));
    const seen: JobStatus[] = [];
    for await (const status of client.events("slow-watched")) seen.push(status);
    expect(seen.length).toBeGreaterThan(3);
    const done = seen.flatMap(({ progress }) => (progress ? [progress.done] : []));
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(seen.at(-1)).toMatchObject({ state: "succeeded" });
    await expect(client.events("nobody")[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: "TRAINER_JOB_NOT_FOUND",
    });
  });

  it("cancels a waiting job at once and a running one with its process", async () => {
    const { client } = await startTrainer();
    await client.start(job("slow-running"));
    await client.start(job("waiting"));
    expect(await client.cancel("waiting")).toMatchObject({ state: "cancelled" });
    await waitFor(async () => (await client.status("slow-running")).progress !== undefined);
    expect(await client.cancel("slow-running")).toMatchObject({
      state: "cancelled",
      error: { code: "TRAINING_CANCELLED" },
    });
    expect(await client.start(job("slow-running"))).toMatchObject({ state: "cancelled" });
    await client.start(job("after"));
    expect(await ended(client, "after")).toMatchObject({ state: "succeeded" });
  });

  it("kills a job that does not listen, and answers all the while", async () => {
    const { client } = await startTrainer();
    await client.start(job("deaf-1"));
    await waitFor(async () => (await client.status("deaf-1")).progress?.phase === "deaf");
    const cancelled = client.cancel("deaf-1");
    const before = Date.now();
    await client.health();
    expect(Date.now() - before).toBeLessThan(2_000);
    expect(await cancelled).toMatchObject({ state: "cancelled" });
  });

  it("reports a crashed job with its reason, a failing one with its own, and goes on", async () => {
    const { client } = await startTrainer();
    await client.start(job("crash-1"));
    expect((await ended(client, "crash-1")).error).toMatchObject({
      code: "TRAINER_JOB_FAILED",
      message: expect.stringContaining("SIGKILL"),
    });
    await client.start(job("fail-1"));
    expect(await ended(client, "fail-1")).toMatchObject({
      state: "failed",
      error: { code: "DATASET_INVALID", message: "case 7 has no label" },
    });
    expect((await client.start(job("fail-1"))).state).toMatch(/queued|running/);
    expect(await ended(client, "fail-1")).toMatchObject({ state: "succeeded" });
  });

  it("goes on with an interrupted job by itself after it was killed", async () => {
    const first = await startTrainer();
    await first.client.start(job("slow-killed"));
    await first.client.start(job("next"));
    await waitFor(async () => ((await first.client.status("slow-killed")).progress?.done ?? 0) >= 3);
    await stop(first.child, "SIGKILL");

    const { client } = await startTrainer();
    const status = await ended(client, "slow-killed");
    expect(status.state).toBe("succeeded");
    expect((status.result as { cases: number }).cases).toBeLessThanOrEqual(7);
    expect(await ended(client, "next")).toMatchObject({ state: "succeeded" });
  });

  it.skipIf(process.platform !== "linux")(
    "stops on SIGTERM without leaving a process, and keeps the job for the next start",
    async () => {
      const { client, child } = await startTrainer();
      await client.start(job("slow-kept"));
      await waitFor(async () => (await client.status("slow-kept")).progress !== undefined);
      const children = childrenOf(child.pid as number);
      expect(children.length).toBeGreaterThan(0);
      expect(await stop(child, "SIGTERM")).toBe(0);
      expect(children.filter(isAlive)).toEqual([]);
      const record = JSON.parse(
        readFileSync(path.join(dataDirectory, "trainer/jobs/slow-kept/job.json"), "utf8"),
      );
      expect(record.status.state).toBe("queued");
    },
  );

  it.skipIf(process.platform !== "linux")("dies with its supervisor, and its job with it", async () => {
    const supervisor = spawn(
      process.execPath,
      [
        "-e",
        `const { fork } = require("node:child_process");
         fork(${JSON.stringify(fakeTrainer)}, { stdio: ["ignore", "inherit", "inherit", "ipc"] });`,
      ],
      { cwd: root, env: trainerEnv(), stdio: ["ignore", "pipe", "inherit"] },
    );
    started.push(supervisor);
    const url = await listeningUrl(supervisor);
    const client = createTrainerClient({ baseUrl: url, secret });
    await client.start(job("deaf-orphan"));
    await waitFor(async () => (await client.status("deaf-orphan")).progress?.phase === "deaf");
    const family = descendantsOf(supervisor.pid as number);
    expect(family.length).toBeGreaterThanOrEqual(2);
    await stop(supervisor, "SIGKILL");
    await waitFor(async () => !family.some(isAlive), 10_000);
  });

  it("says that a port is taken and how to choose another", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const { exitCode, stderr } = await runToExit({ TRAINER_PORT: String(port) });
    other.close();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(new RegExp(`PORT_TAKEN.*${port}.*TRAINER_PORT`));
  });

  it("fails loudly where a forced engine is not there", async () => {
    const { exitCode, stderr } = await runToExit({ TRAINER_ENGINE: "missing" });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("ENGINE_UNAVAILABLE");
  });

  it("posts the end of a job, signed, and repeats until somebody takes it", async () => {
    const receiver = await startReceiver([503, 200]);
    const { client } = await startTrainer();
    await client.start({ ...job("called-back"), callbackUrl: `${receiver.url}/api/trainer/callback?x=1` });
    await waitFor(async () => receiver.received.length === 2);
    receiver.server.close();
    expect(receiver.received.map(({ valid }) => valid)).toEqual([true, true]);
    expect(receiver.received[1]?.status).toMatchObject({ jobId: "called-back", state: "succeeded" });
  });

  it("delivers a callback after a restart that nobody took before", async () => {
    const first = await startTrainer();
    const receiver = await startReceiver([500, 200]);
    await first.client.start({ ...job("late"), callbackUrl: `${receiver.url}/done` });
    await waitFor(async () => receiver.received.length === 1);
    await stop(first.child, "SIGKILL");
    await startTrainer();
    await waitFor(async () => receiver.received.length === 2);
    receiver.server.close();
    expect(receiver.received[1]?.status).toMatchObject({ jobId: "late", state: "succeeded" });
  });

  it("ignores a job file that cannot be read and says so", async () => {
    const first = await startTrainer();
    await first.client.start(job("fine"));
    await ended(first.client, "fine");
    await stop(first.child, "SIGTERM");
    writeFileSync(path.join(dataDirectory, "trainer/jobs/fine/job.json"), "{");
    const { client } = await startTrainer();
    await expect(client.status("fine")).rejects.toMatchObject({ code: "TRAINER_JOB_NOT_FOUND" });
    await client.start(job("fine"));
    expect(await ended(client, "fine")).toMatchObject({ state: "succeeded" });
  });
});

describe("a client without a trainer", () => {
  it("says TRAINER_UNREACHABLE and where it looked", async () => {
    const client = createTrainerClient({ baseUrl: "http://127.0.0.1:1", secret });
    for (const attempt of [client.health(), client.status("x"), client.start(job("x")), client.cancel("x")]) {
      await expect(attempt).rejects.toMatchObject({
        code: "TRAINER_UNREACHABLE",
        message: expect.stringContaining("http://127.0.0.1:1"),
      });
    }
  });

  it("says TRAINER_UNREACHABLE when the trainer goes while a job is watched", async () => {
    const { client, child } = await startTrainer();
    await client.start(job("slow-lost"));
    const watching = (async () => {
      for await (const status of client.events("slow-lost")) {
        if (status.progress) await stop(child, "SIGKILL");
      }
    })();
    await expect(watching).rejects.toMatchObject({ code: "TRAINER_UNREACHABLE" });
  });
});

function job(jobId: string): EvaluateJob {
  return {
    kind: "evaluate",
    jobId,
    datasetDigest: digest,
    weightsDigest: digest,
    imageSize: 224,
    views: ["identity"],
    splits: ["test"],
  };
}

function trainerEnv(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PNEUMOSCOPE_DATA_DIR: dataDirectory,
    TRAINER_PORT: "0",
    TRAINER_SECRET: secret,
    TRAINER_ENGINE: "",
    ...extra,
  };
}

function spawnTrainer(extra: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, [fakeTrainer], {
    cwd: root,
    env: trainerEnv(extra),
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.push(child);
  return child;
}

async function startTrainer(): Promise<{ child: ChildProcess; url: string; client: TrainerClient }> {
  const child = spawnTrainer();
  child.stderr?.resume();
  const url = await listeningUrl(child);
  return { child, url, client: createTrainerClient({ baseUrl: url, secret }) };
}

async function listeningUrl(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error("the trainer's stdout is not a pipe");
  for await (const line of createInterface({ input: child.stdout })) {
    const message = JSON.parse(line);
    if (message.event === "listening") return message.url;
  }
  throw new Error("the trainer ended before it listened");
}

async function runToExit(
  extra: Record<string, string>,
): Promise<{ exitCode: number | null; stderr: string }> {
  const child = spawnTrainer(extra);
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const exitCode = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { exitCode, stderr };
}

function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    child.once("exit", resolve);
    child.kill(signal);
  });
}

async function ended(client: TrainerClient, jobId: string): Promise<JobStatus> {
  for await (const status of client.events(jobId)) {
    if (["succeeded", "failed", "cancelled"].includes(status.state)) return status;
  }
  throw new Error("the stream ended without a final state");
}

async function waitFor(condition: () => Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error("waited in vain");
    await sleep(50);
  }
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .trim()
    .split(" ")
    .filter(Boolean)
    .map(Number);
}

function descendantsOf(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

interface Receiver {
  url: string;
  server: Server;
  received: { valid: boolean; status: JobStatus }[];
}

async function startReceiver(answers: number[]): Promise<Receiver> {
  const received: Receiver["received"] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    let valid = true;
    try {
      const headers = new Headers(request.headers as Record<string, string>);
      verifyRequest({ method: "POST", path: request.url ?? "", body }, headers, secret);
    } catch {
      valid = false;
    }
    received.push({ valid, status: JSON.parse(body.toString()) });
    response.writeHead(answers[received.length - 1] ?? 500).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, received };
}
