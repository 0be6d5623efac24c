import { execFile, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { configure, Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
import type { Command } from "commander";
import { eq } from "drizzle-orm";
import { afterEach, describe, expect, it, vi } from "vitest";
import { auditEvents } from "@/drizzle/schema";
import { parseListing } from "@/lib/dataset/listing";
import { objectPath, parsePointer } from "@/lib/dvc/pointer-file";
import { folderRemote } from "@/lib/node/data-remotes/folder-remote";
import { importSource, inboxFolder } from "@/lib/server/dataset-versions/import-source";
import { pushVersion } from "@/lib/server/dataset-versions/push";
import {
  currentDatasetVersion,
  listDatasetVersions,
  requireDatasetVersion,
} from "@/lib/server/dataset-versions/record";
import { executeRun } from "@/lib/server/jobs/execute-run";
import { registerBaseline } from "@/lib/server/model-versions/register-baseline";
import { fakeTrainerClient } from "@/lib/server/testing/fake-trainer-client";
import { patientsFrom, writeDataset } from "@/lib/server/testing/installation-files";
import {
  createTestDeployment,
  type TestDeployment,
  withDeployment,
} from "@/lib/server/testing/test-deployment";
import { createRun } from "@/lib/server/training-runs/runs";
import { trainingConfig } from "@/lib/training/training-config";
import { addCommand } from "./data/add";
import { diffCommand } from "./data/diff";
import { importCommand } from "./data/import";
import { pullCommand } from "./data/pull";
import { pushCommand } from "./data/push";
import { statusCommand } from "./data/status";
import { useCommand } from "./data/use";

configure({ useWebWorkers: false });
/** Where versions are made. */
let here: TestDeployment;
let dataset: string;
const others: TestDeployment[] = [];

withDeployment("test", { patients: patientsFrom(1, 60) }, (made) => {
  here = made;
  dataset = here.dataset;
});
afterEach(async () => {
  for (const other of others.splice(0)) await other.end();
});

/** Another machine, which has nothing. */
async function machineElsewhere(): Promise<TestDeployment> {
  const other = await createTestDeployment({ patients: [] });
  others.push(other);
  return other;
}

/** Another data folder on the same record: as good as another machine where only files matter, and quicker. */
function emptyStore(): Machine {
  return { folder: inHere(`store-${++stores}`), database: here.database };
}
let stores = 0;
type Machine = Pick<TestDeployment, "folder" | "database">;

interface Ran {
  exitCode: number;
  json: Record<string, unknown> & { version?: string; isCurrent?: boolean };
  errors: string;
}

/** A subcommand in this process, on a machine's record and store. */
async function run(command: Command, args: string[], machine: Machine = here): Promise<Ran> {
  process.env.PNEUMOSCOPE_DATA_DIR = path.join(machine.folder, "data");
  process.env.DATABASE_URL = machine.database.url;
  const written = { out: "", errors: "" };
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation((text) => keep("out", text)),
    vi.spyOn(process.stderr, "write").mockImplementation((text) => keep("errors", text)),
  ];
  function keep(stream: keyof typeof written, text: unknown): boolean {
    written[stream] += text;
    return true;
  }
  await command.parseAsync([...args, "--json"], { from: "user" });
  for (const spy of spies) spy.mockRestore();
  const exitCode = Number(process.exitCode ?? 0);
  process.exitCode = 0;
  return { exitCode, json: written.out ? JSON.parse(written.out) : {}, errors: written.errors };
}

const inHere = (...names: string[]) => path.join(here.folder, ...names);

describe("npm run data", () => {
  it("adds a folder, tells when it changes, compares versions, and goes back to one", async () => {
    const first = await run(addCommand(), [dataset]);
    expect(first).toMatchObject({ exitCode: 0, json: { images: 60, newImages: 60, isCurrent: true } });
    const pointer = parsePointer(await readFile(`${dataset}.dvc`, "utf8"), "x");
    expect(pointer).toMatchObject({ fileCount: 60, path: "dataset", listing: first.json.version });
    expect((await run(statusCommand(), [`${dataset}.dvc`])).exitCode).toBe(0);

    await rename(path.join(dataset, "NORMAL/IM-1-0001.png"), path.join(dataset, "PNEUMONIA/IM-1-0001.png"));
    await rm(path.join(dataset, "NORMAL/IM-3-0001.png"));
    await writeDataset(dataset, patientsFrom(901, 2));
    expect(await run(statusCommand(), [`${dataset}.dvc`])).toMatchObject({
      exitCode: 1,
      json: { isSame: false },
    });
    const second = await run(addCommand(), [dataset]);
    expect(second.json).toMatchObject({ images: 61, newImages: 2 });
    const { json: diff } = await run(diffCommand(), [String(first.json.version).slice(7, 15)]);
    expect(diff).toMatchObject({
      added: [{ path: "NORMAL/IM-901-0001.png" }, { path: "PNEUMONIA/person902_virus_902.png" }],
      removed: [{ path: "NORMAL/IM-3-0001.png" }],
      relabelled: [{ before: { label: 0 }, after: { label: 1, path: "PNEUMONIA/IM-1-0001.png" } }],
      unchanged: 58,
    });

    await run(useCommand(), [String(first.json.version)]);
    const { json } = await run(statusCommand(), []);
    expect(json.versions).toMatchObject([
      { version: second.json.version, isCurrent: false },
      { version: first.json.version, isCurrent: true },
    ]);
    const unknown = await run(diffCommand(), ["abcdef0"]);
    expect(unknown).toMatchObject({
      exitCode: 1,
      errors: expect.stringContaining("DATASET_VERSION_NOT_FOUND"),
    });
  });

  it("makes no version current that its check fails, unless told to, which the trail keeps", async () => {
    const first = await run(addCommand(), [dataset]);
    const { cases } = parseListing(await here.store.get(first.json.version as `sha256:${string}`));
    const moved = cases.find(({ label, split }) => label === 0 && split === "train");
    const rows = cases.map(({ path: file, label, patientId, split }) =>
      [file, label, patientId, patientId === moved?.patientId ? "test" : split].join(","),
    );
    await writeFile(inHere("table.csv"), `file,label,patient,split\n${rows.join("\n")}\n`);
    const failed = await run(importCommand(), [dataset, "--labels", inHere("table.csv")]);
    expect(failed).toMatchObject({ exitCode: 1, json: { images: 60, isCurrent: false, check: "failed" } });
    const version = String(failed.json.version);
    expect((await currentDatasetVersion(here.db))?.digest).toBe(first.json.version);
    expect(await run(useCommand(), [version])).toMatchObject({
      exitCode: 1,
      errors: expect.stringContaining("DATASET_CHECK_FAILED"),
    });
    expect(await run(useCommand(), [version, "--without-check"])).toMatchObject({ exitCode: 0 });
    expect((await currentDatasetVersion(here.db))?.digest).toBe(version);
    const events = await here.db
      .select()
      .from(auditEvents)
      .where(eq(auditEvents.action, "dataset_version.made_current"));
    expect(events.map(({ details }) => [details.check, details.withoutCheck ?? false])).toEqual([
      ["passed", false],
      ["failed", true],
    ]);
  });

  it("imports an archive and a table of labels, leaves folders out, and adds to a version", async () => {
    const writer = new ZipWriter(new Uint8ArrayWriter());
    for (const name of await readdir(dataset, { recursive: true }))
      if (name.endsWith(".png")) {
        const part = /IM-1-|IM-3-/.test(name) ? "test" : "train";
        const bytes = await readFile(path.join(dataset, name));
        await writer.add(`chest_xray/${part}/${name}`, new Uint8ArrayReader(bytes));
      }
    const zip = inHere("set.zip");
    await writeFile(zip, await writer.close());
    const fromZip = await run(importCommand(), [zip, "--exclude", "test"]);
    expect(fromZip).toMatchObject({ exitCode: 0, json: { images: 58, newImages: 58 } });

    const more = inHere("more");
    await writeDataset(more, patientsFrom(501, 4));
    const rows = ["NORMAL/IM-501-0001.png,1,Q1,train", "PNEUMONIA/person502_virus_502.png,1,Q1,"];
    await writeFile(inHere("table.csv"), `file,label,patient,split\n${rows.join("\n")}\n`);
    await rename(path.join(more, "NORMAL/IM-503-0001.png"), path.join(more, "IM-503-0001.png"));
    await rm(path.join(more, "PNEUMONIA/person504_virus_504.png"));
    const args = [more, "--labels", inHere("table.csv"), "--add-to", "current"];
    const added = await run(importCommand(), args);
    expect(added.json).toMatchObject({ images: 60, newImages: 3, unlabelled: ["IM-503-0001.png"] });
    const listing = parseListing(await here.store.get(added.json.version as `sha256:${string}`));
    expect(listing.cases.filter((item) => item.patientId === "Q1")).toMatchObject([
      { label: 1, split: "train" },
      { label: 1, split: "train" },
    ]);

    // The table goes to the remote and comes back as the same version.
    const remote = inHere("remote");
    await run(pushCommand(), ["--remote", remote, "--name", "set"]);
    const pointer = [path.join(remote, "set.dvc"), "--remote", remote];
    const pulled = await run(pullCommand(), pointer, emptyStore());
    expect(pulled.json.version).toBe(added.json.version);
    await rm(path.join(remote, "pneumoscope"), { recursive: true });
    const rebuilt = await run(pullCommand(), pointer, emptyStore());
    expect(rebuilt.json.version).toBe(added.json.version);
  });

  it("pushes and pulls, and takes nothing over when a byte is wrong", async () => {
    const elsewhere = await machineElsewhere();
    const remote = inHere("remote");
    await writeFile(path.join(dataset, "README.md"), "about the data");
    const { json: added } = await run(addCommand(), [dataset]);
    const pushed = await run(pushCommand(), ["--remote", remote, "--name", "set"]);
    expect(pushed.json).toMatchObject({ objects: 61, written: 61 });
    expect((await run(pushCommand(), ["--remote", remote, "--name", "set"])).json).toMatchObject({
      written: 0,
    });

    const [item] = parseListing(await here.store.get(added.version as `sha256:${string}`)).cases;
    const object = path.join(remote, objectPath(item?.md5 ?? ""));
    const whole = await readFile(object);
    const wrong = Buffer.from(whole);
    wrong[wrong.length - 20] = (wrong.at(-20) ?? 0) ^ 1;
    await writeFile(object, wrong);
    const damaged = await run(pullCommand(), [path.join(remote, "set.dvc"), "--remote", remote], elsewhere);
    expect(damaged).toMatchObject({
      exitCode: 1,
      errors: expect.stringMatching(new RegExp(`DATA_OBJECT_CORRUPT: ${item?.path}`)),
    });
    expect(await listDatasetVersions(elsewhere.db)).toEqual([]);
    // Its size is right, so that only hashing shows it; with a wrong size the remote is mended by a push.
    await writeFile(object, wrong.subarray(1));
    expect((await run(statusCommand(), ["--remote", remote])).json.remote).toMatchObject({ missing: 1 });
    expect((await run(pushCommand(), ["--remote", remote])).json).toMatchObject({ written: 1 });
    const to = inHere("copy");
    const args = [path.join(remote, "set.dvc"), "--remote", remote, "--to", to];
    const pulled = await run(pullCommand(), args, elsewhere);
    expect(pulled).toMatchObject({
      exitCode: 0,
      json: { version: added.version, isCurrent: true, files: 61 },
    });
    expect(await readFile(path.join(to, "README.md"), "utf8")).toBe("about the data");
    expect(await readFile(path.join(to, item?.path ?? ""))).toEqual(whole);
  });

  it("goes on with a push that broke off, and shows no pointer before everything is there", async () => {
    await run(addCommand(), [dataset]);
    const version = await requireDatasetVersion(here.db, "current");
    const remote = folderRemote(inHere("remote"));
    let left = 20;
    const breaking = {
      ...remote,
      write: (at: string, bytes: Uint8Array) =>
        left-- > 0 ? remote.write(at, bytes) : Promise.reject(new Error("gone")),
    };
    await expect(pushVersion(version, breaking, here.store, { name: "set" })).rejects.toThrow("gone");
    expect(await remote.read("set.dvc")).toBeNull();
    expect((await pushVersion(version, remote, here.store, { name: "set" })).written).toBe(40);
    expect(await remote.read("set.dvc")).not.toBeNull();
  });
});

describe("the inbox", () => {
  async function loopOver(source: string) {
    process.env.PNEUMOSCOPE_DATA_DIR = path.join(here.folder, "data");
    const { db, store, signingKey } = here;
    const trainer = fakeTrainerClient({ store, skill: 0.9 }).client;
    const config = trainingConfig("demo", ["epochs=1"]);
    const run = await createRun(db, { trigger: "schedule", key: crypto.randomUUID(), source, config });
    return executeRun(run.id, { db, store, signingKey, trainer, log: () => undefined });
  }

  it("adds to the current version, also after it was emptied, and a run on it makes a new one current", async () => {
    await registerBaseline(here.db, here.store);
    const { json: first } = await run(addCommand(), [dataset]);
    const inbox = inboxFolder();
    await writeDataset(inbox, patientsFrom(701, 6));
    const { outcome, datasetDigest } = await loopOver(inbox);
    expect(outcome).not.toBe("skipped");
    const current = await requireDatasetVersion(here.db, "current");
    expect(current).toMatchObject({ digest: datasetDigest, images: 66 });
    expect(current.digest).not.toBe(first.version);

    await rm(inbox, { recursive: true });
    expect(await loopOver(inbox)).toMatchObject({ outcome: "skipped", datasetDigest });
    await writeDataset(inbox, patientsFrom(801, 2));
    await writeDataset(inbox, patientsFrom(701, 2));
    const { listing, newImages } = await importSource(inbox, here);
    expect(listing.cases).toHaveLength(68);
    expect(newImages).toBe(2);
    // A pointer is the whole version, and leaves the current one alone.
    expect(await loopOver(`${dataset}.dvc`)).toMatchObject({ datasetDigest: first.version });
    expect(await requireDatasetVersion(here.db, "current")).toMatchObject({ digest: datasetDigest });
  });
});

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? "").split(path.delimiter).some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

describe.skipIf(!isInstalled("dvc"))("real DVC", () => {
  const dvc = (folder: string, ...args: string[]) =>
    promisify(execFile)("dvc", args, { cwd: folder, env: { ...process.env, DVC_NO_ANALYTICS: "1" } });

  it("writes a repository that is read here, and pulls what is pushed from here", async () => {
    const elsewhere = emptyStore();
    const repository = inHere("repository");
    await mkdir(repository);
    await cp(dataset, path.join(repository, "dataset"), { recursive: true });
    await writeFile(path.join(repository, "dataset", 'ünï "q"\u007f𝒳.txt'), "text\r\n");
    await dvc(repository, "init", "--no-scm", "-q");
    const config = await readFile(path.join(repository, ".dvc/config"), "utf8");
    const withRemote = (remote: string) =>
      `${config.trimEnd()}\n    remote = store\n['remote "store"']\n    url = ${remote}\n`;
    await writeFile(path.join(repository, ".dvc/config"), withRemote("../../dvc-remote"));
    await dvc(repository, "add", "-q", "dataset");
    await dvc(repository, "push", "-q");
    const theirs = parsePointer(await readFile(path.join(repository, "dataset.dvc"), "utf8"), "theirs");

    // Neither folder nor cache: everything comes from the remote that DVC's own settings name.
    await rm(path.join(repository, "dataset"), { recursive: true });
    await rm(path.join(repository, ".dvc/cache"), { recursive: true });
    const { json: added } = await run(addCommand(), [dataset]);
    const pulled = await run(pullCommand(), [path.join(repository, "dataset.dvc")], elsewhere);
    expect(pulled).toMatchObject({ exitCode: 0, json: { images: 60, newImages: 60, dvcMd5: theirs.md5 } });
    expect(pulled.json.version).toBe(added.version);

    const ours = inHere("our-remote");
    await run(pushCommand(), ["--remote", ours, "--name", "dataset"], elsewhere);
    const pushed = parsePointer(await readFile(path.join(ours, "dataset.dvc"), "utf8"), "ours");
    expect(pushed).toEqual({ ...theirs, listing: added.version });
    await cp(path.join(ours, "dataset.dvc"), path.join(repository, "dataset.dvc"));
    await writeFile(path.join(repository, ".dvc/config"), withRemote(ours));
    await dvc(repository, "pull", "-q");
    const files = await readdir(path.join(repository, "dataset"), { recursive: true });
    expect(files.filter((name) => name.endsWith(".png"))).toHaveLength(60);
    for (const name of files.filter((file) => file.endsWith(".png")))
      expect(await readFile(path.join(repository, "dataset", name))).toEqual(
        await readFile(path.join(dataset, name)),
      );
    expect(await readFile(path.join(repository, "dataset", 'ünï "q"\u007f𝒳.txt'), "utf8")).toBe("text\r\n");
  });
});

describe.skipIf(!isInstalled("moto_server"))("S3-compatible storage", () => {
  it("takes a version and gives it back", async () => {
    const elsewhere = emptyStore();
    const port = await freePort();
    const moto = spawn("moto_server", ["-p", String(port)], { stdio: "ignore", detached: true });
    try {
      const endpoint = `http://127.0.0.1:${port}`;
      Object.assign(process.env, {
        AWS_ENDPOINT_URL: endpoint,
        AWS_ACCESS_KEY_ID: "testing",
        AWS_SECRET_ACCESS_KEY: "testing",
      });
      await vi.waitFor(async () => expect((await fetch(`${endpoint}/moto-api/`)).ok).toBe(true), {
        timeout: 60_000,
        interval: 200,
      });
      await fetch(`${endpoint}/data`, { method: "PUT" });
      const { json: added } = await run(addCommand(), [dataset]);
      const pushed = await run(pushCommand(), ["--remote", "s3://data/some/prefix", "--name", "set"]);
      expect(pushed).toMatchObject({ exitCode: 0, json: { written: 60 } });
      expect((await run(statusCommand(), ["--remote", "s3://data/some/prefix"])).json.remote).toMatchObject({
        objects: 60,
        missing: 0,
      });
      const pulled = await run(pullCommand(), ["s3://data/some/prefix/set.dvc"], elsewhere);
      expect(pulled.json).toMatchObject({ version: added.version, newImages: 60 });
      const absent = await run(pushCommand(), ["--remote", "s3://nowhere/x"]);
      expect(absent.errors).toMatch(/DATA_REMOTE_FAILED.*NoSuchBucket/);
    } finally {
      for (const name of ["AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
        delete process.env[name];
      // The program may be a shim that has started another.
      if (moto.pid) process.kill(-moto.pid, "SIGKILL");
    }
  });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((ready) => probe.listen(0, "127.0.0.1", ready));
  const address = probe.address();
  await new Promise((closed) => probe.close(closed));
  return typeof address === "object" && address ? address.port : 0;
}
