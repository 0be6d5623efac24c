import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { trainerLock, trainingRuns } from "@/drizzle/schema";
import { readCurrentManifest } from "@/lib/node/current-model";
import { freePort } from "@/lib/node/embedded-postgres";
import { readServerEnv } from "@/lib/server/env";
import { fakeTrainerClient } from "@/lib/server/testing/fake-trainer-client";
import { createTestDeployment, type TestDeployment } from "@/lib/server/testing/test-deployment";
import type { JobStatus } from "@/lib/training/job";
import { type DurableEngine, startDurableEngine } from "./faults/durable-engine";

// The product's Inngest function, called over HTTP by an engine as in production. Always against the small engine of
// the fault trials; against a real one where INNGEST_BASE_URL names it, for example after
//   npx inngest-cli@latest dev --no-discovery
//   INNGEST_BASE_URL=http://127.0.0.1:8288 npx vitest run --project integration scripts/inngest-server
const realServer = process.env.INNGEST_BASE_URL;
const isReachable = realServer
  ? await fetch(realServer, { signal: AbortSignal.timeout(2_000) }).then(
      () => true,
      () => false,
    )
  : false;
const callbackAfterMs = 400;

let deployment: TestDeployment;
let web: Server | undefined;
let engine: DurableEngine | undefined;

beforeAll(async () => {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
});
afterAll(async () => {
  vi.restoreAllMocks();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await engine?.close();
  web?.closeAllConnections();
  web?.close();
  await deployment.end();
});

/** The web process's route, the function registered with an engine. @returns sends an event to it */
async function connect(baseUrl: string, port: number, skill: number) {
  vi.stubEnv("INNGEST_DEV", baseUrl);
  vi.stubEnv("INNGEST_BASE_URL", baseUrl);
  vi.resetModules();
  const [{ serve }, { inngest, retrainRequested, trainerJobFinished }, { createRetrainFunction }] =
    await Promise.all([
      import("inngest/edge"),
      import("@/lib/server/jobs/inngest-client"),
      import("@/lib/server/jobs/inngest"),
    ]);
  const trainer = fakeTrainerClient({ store: deployment.store, skill, salt: "challenger" });
  /** As the product's callback route, which only wakes the function. */
  const callBack = (status: JobStatus) =>
    void inngest.send(trainerJobFinished.create({ jobId: status.jobId, status })).catch(() => undefined);
  const client = {
    ...trainer.client,
    async start(job: Parameters<typeof trainer.client.start>[0]) {
      const status = await trainer.client.start(job);
      const last = await trainer.client.status(job.jobId);
      setTimeout(() => callBack(last), callbackAfterMs);
      return status;
    },
  };
  const context = {
    store: deployment.store,
    database: async () => deployment.database,
    trainer: async () => client,
  };
  const env = { ...readServerEnv({}), retrainData: deployment.dataset, retrainPreset: "demo" };
  const route = serve({ client: inngest, functions: [createRetrainFunction({ context, env })] });
  web = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = await route(
      new Request(`http://127.0.0.1:${port}${request.url}`, {
        method: request.method ?? "GET",
        headers: new Headers(request.headers as Record<string, string>),
        ...(request.method === "GET" ? {} : { body: Buffer.concat(chunks) }),
      }),
    );
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
  });
  await new Promise<void>((resolve) => web?.listen(port, "127.0.0.1", resolve));
  expect(port).toBe((web.address() as AddressInfo).port);
  const registered = await fetch(`http://127.0.0.1:${port}/api/inngest`, { method: "PUT" });
  expect(registered.status).toBe(200);
  return () => inngest.send(retrainRequested.create({}));
}

async function theRun() {
  const [run] = await deployment.db.select().from(trainingRuns);
  return run;
}

async function untilEnded(): Promise<void> {
  await vi.waitFor(
    async () => {
      expect(["succeeded", "failed", "skipped"]).toContain((await theRun())?.state);
      expect(await deployment.db.select().from(trainerLock)).toEqual([]);
    },
    { timeout: 150_000, interval: 100 },
  );
}

describe.each([
  ["the small engine", true, 0.9, "v2"],
  ["the small engine, a challenger that is no better,", true, 0.02, "v1"],
  ["an Inngest dev server (INNGEST_BASE_URL)", false, 0.9, "v2"],
] as const)("under %s", (_name, isSmall, skill, version) => {
  it.skipIf(!isSmall && !isReachable)(`the loop ends with ${version} as champion`, async () => {
    deployment = await createTestDeployment();
    const port = await freePort();
    const webUrl = `http://127.0.0.1:${port}`;
    engine = isSmall ? await startDurableEngine({ webUrl, fault: null, log: () => undefined }) : undefined;
    const request = await connect(engine?.url ?? (realServer as string), port, skill);
    await request();
    await untilEnded();
    const run = await theRun();
    expect(run).toMatchObject({ state: "succeeded", trigger: "event" });
    expect((await readCurrentManifest(deployment.store)).manifest.version).toBe(version);
    const runs = await deployment.db.select().from(trainingRuns).where(eq(trainingRuns.state, "succeeded"));
    expect(runs).toHaveLength(1);
  });
});
