import { spawn } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import { trainingRuns } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import { readCurrentManifest } from "@/lib/node/current-model";
import { trainerSecret } from "@/lib/node/secrets";
import { verifyRequest } from "@/lib/node/signed-request";
import { bundledEntry } from "@/lib/node/testing/bundled-entry";
import { fakeTrainerClient } from "@/lib/server/testing/fake-trainer-client";
import { type TestDeployment, withDeployment } from "@/lib/server/testing/test-deployment";

let deployment: TestDeployment;
let trainer: ReturnType<typeof fakeTrainerClient>;
let http: Server;
let trainerAddress: string;

withDeployment("test", {}, async (made) => {
  deployment = made;
  trainer = fakeTrainerClient({ store: deployment.store, skill: 0.9 });
  http = await serveTrainer(trainer.client);
  trainerAddress = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterEach(async () => {
  http.closeAllConnections();
  http.close();
});

/** The fake trainer behind the real protocol: signed requests and server-sent events. */
async function serveTrainer(client: typeof trainer.client): Promise<Server> {
  const secret = await trainerSecret();
  const listener = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const [, , jobId = "", verb] = (request.url ?? "").split("/");
    const answer = (value: unknown, status = 200) => response.writeHead(status).end(JSON.stringify(value));
    try {
      if (request.url === "/health") return answer(await client.health());
      const headers = new Headers(request.headers as Record<string, string>);
      verifyRequest({ method: request.method ?? "", path: request.url ?? "", body }, headers, secret);
      if (request.method === "POST" && verb === "cancel") return answer(await client.cancel(jobId));
      if (request.method === "POST") return answer(await client.start(JSON.parse(body.toString())));
      if (verb !== "events") return answer(await client.status(jobId));
      const stop = new AbortController();
      response.on("close", () => stop.abort());
      for await (const status of client.events(jobId, stop.signal))
        response.write(`data: ${JSON.stringify(status)}\n\n`);
      response.end();
    } catch (error) {
      if (response.headersSent) return response.end();
      answer(
        {
          error: {
            code: error instanceof PneumoscopeError ? error.code : "INTERNAL",
            message: String(error),
          },
        },
        400,
      );
    }
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  return listener;
}

function start(...args: string[]) {
  const child = spawn(process.execPath, [bundledEntry("scripts/retrain"), ...args], {
    env: { ...process.env, TRAINER_URL: trainerAddress },
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => {
    output.stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output.stderr += chunk;
  });
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once("close", (code) => resolve({ code, ...output }));
  });
  return { child, output, ended };
}

const retrain = (...args: string[]) => start(...args).ended;

it("promotes a better challenger, then skips, with one JSON object on stdout each time", async () => {
  const args = ["--json", "--data", deployment.dataset, "--preset", "demo", "--set", "epochs=2"];
  const first = await retrain(...args);
  expect([first.code, first.stderr]).toEqual([0, expect.stringContaining("epoch 2: train_loss 0.5000")]);
  expect(JSON.parse(first.stdout)).toMatchObject({
    status: "promoted",
    version: "v2",
    challenger: { auc: { value: 1 } },
    aucDifference: { p: expect.any(Number) },
  });
  expect((await readCurrentManifest(deployment.store)).manifest.version).toBe("v2");
  const second = await retrain(...args);
  expect(second.code).toBe(0);
  expect(JSON.parse(second.stdout)).toMatchObject({
    status: "skipped",
    reason: expect.stringContaining("No new data"),
  });
});

it.each([
  ["an absent folder", ["--data", "/nowhere/at-all"], "DATASET_NOT_FOUND", "/nowhere/at-all"],
  ["an unknown preset", ["--data", ".", "--preset", "weekly"], "CONFIG_INVALID", "weekly"],
  ["an impossible value", ["--data", ".", "--set", "epochs=0"], "CONFIG_INVALID", "epochs"],
])("ends with an error for %s", async (_what, args, errorCode, named) => {
  const { code, stdout, stderr } = await retrain("--json", ...args);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    status: "failed",
    errorCode,
    reason: expect.stringContaining(named),
  });
  expect(stderr).toContain(errorCode);
});

it("says when the trainer or the database is not there", async () => {
  const address = trainerAddress;
  trainerAddress = "http://127.0.0.1:9";
  const noTrainer = await retrain("--json", "--data", deployment.dataset);
  expect([noTrainer.code, JSON.parse(noTrainer.stdout).errorCode]).toEqual([1, "TRAINER_UNREACHABLE"]);
  trainerAddress = address;
  const url = process.env.DATABASE_URL;
  process.env.DATABASE_URL = "postgres://nobody:nothing@127.0.0.1:9/none";
  const noDatabase = await retrain("--json", "--data", deployment.dataset);
  process.env.DATABASE_URL = url;
  expect([noDatabase.code, JSON.parse(noDatabase.stdout)]).toMatchObject([
    1,
    { errorCode: "DATABASE_UNAVAILABLE", reason: expect.stringContaining("127.0.0.1:9/none") },
  ]);
  expect(noDatabase.stdout).not.toContain("nothing");
});

it("stops on Ctrl-C, and leaves no job behind in a trainer that is not its own", async () => {
  trainer.control.hang = true;
  const { child, output, ended } = start("--json", "--data", deployment.dataset, "--preset", "demo");
  await vi.waitFor(() => expect(trainer.client.start).toHaveBeenCalled(), 30_000);
  child.kill("SIGINT");
  expect((await ended).code, output.stderr).toBe(130);
  expect(JSON.parse(output.stdout)).toMatchObject({ status: "interrupted" });
  expect(trainer.client.cancel).toHaveBeenCalled();
  const [run] = await deployment.db.select().from(trainingRuns);
  expect(run).toMatchObject({ state: "failed", errorCode: "TRAINING_CANCELLED" });
});
