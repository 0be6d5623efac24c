import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { PneumoscopeError } from "@/lib/errors";
import { recordAway } from "@/lib/node/embedded-postgres";
import { folderArtifactStore } from "@/lib/node/folder-artifact-store";
import { askPart } from "./ask-parts";
import type { ServerContext } from "./context";
import { checkHealth } from "./health";

const folder = mkdtempSync(path.join(tmpdir(), "health-"));
const secret = "db.internal:5432 /srv/secret";

function contextThat(thrown: unknown): ServerContext {
  const store = folderArtifactStore(folder);
  return {
    store: { ...store, writePointer: () => Promise.reject(thrown) },
    database: () => Promise.reject(thrown),
    trainer: () => Promise.reject(thrown),
  };
}

beforeAll(() => {
  vi.stubEnv("PNEUMOSCOPE_DATA_DIR", folder);
});
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

it("tells strangers no host, path or error of any part, and the log all of them", async () => {
  const log = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const withoutSentence = new PneumoscopeError("CONFIG_INVALID", `does not start: ${secret}`);
  for (const thrown of [new Error(`connect ECONNREFUSED ${secret}`), withoutSentence]) {
    log.mockClear();
    const health = await checkHealth(contextThat(thrown));
    expect(JSON.stringify(health)).not.toContain("secret");
    expect(health).toMatchObject({ ok: false, database: { ok: false, detail: recordAway } });
    const lines = log.mock.calls.map(([line]) => String(line));
    for (const part of ["database", "trainer", "storage"])
      expect(lines).toContain(`web: ${part} is not well: ${thrown.message}\n`);
  }
  const withSentence = new PneumoscopeError("DISK_FULL", secret, { userMessage: "The disk is full." });
  expect((await checkHealth(contextThat(withSentence))).storage.detail).toBe("The disk is full.");
});

it("logs a part's trouble when it begins, changes and ends, not at each look", async () => {
  const log = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const ask = (fails: string | null) =>
    askPart("scheduler", async () => {
      if (fails !== null) throw new Error(fails);
      return {};
    });
  await ask(null);
  log.mockClear();
  for (const fails of [null, "refused by 17", "refused by 18", "refused by 18", "no route", null, null])
    await ask(fails);
  expect(log.mock.calls.map(([line]) => line)).toEqual([
    "web: scheduler is not well: refused by 17\n",
    "web: scheduler is not well: no route\n",
    "web: scheduler is well again\n",
  ]);
});
