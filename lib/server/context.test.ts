import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { currentTrainer } from "./context";

let folder: string;
const servers: Server[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "context-"));
  vi.stubEnv("PNEUMOSCOPE_DATA_DIR", folder);
  vi.stubEnv("TRAINER_URL", "");
  await mkdir(path.join(folder, "run"));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  for (const server of servers) server.close();
  await rm(folder, { recursive: true });
});

/** What a trainer leaves in the run folder when it has started. */
async function startTrainerOn(engine: string): Promise<void> {
  const server = createServer((_request, response) =>
    response.end(JSON.stringify({ ok: true, version: "0", engine, queueLength: 0, runningJobId: null })),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(server);
  const { port } = server.address() as AddressInfo;
  const text = JSON.stringify({ url: `http://127.0.0.1:${port}` });
  await writeFile(path.join(folder, "run", "trainer.json"), text);
}

it("follows a trainer that was started again on another port", async () => {
  await startTrainerOn("first");
  const trainer = await currentTrainer();
  expect(await trainer.health()).toMatchObject({ engine: "first" });
  await startTrainerOn("second");
  expect(await trainer.health()).toMatchObject({ engine: "second" });
});
