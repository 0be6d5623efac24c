import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { localSecrets } from "./secrets";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "secrets-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it("creates secrets once, readable by the owner alone, however many ask at once", async () => {
  const file = path.join(folder, "data", "secrets.json");
  const all = await Promise.all(Array.from({ length: 20 }, () => localSecrets(file)));
  expect(new Set(all.map((secrets) => JSON.stringify(secrets))).size).toBe(1);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(path.dirname(file))).toEqual(["secrets.json"]);
  expect(await localSecrets(file)).toEqual(all[0]);
});

it("does not replace a damaged file", async () => {
  const file = path.join(folder, "secrets.json");
  await writeFile(file, "{");
  await expect(localSecrets(file)).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: expect.stringContaining(file),
  });
});
