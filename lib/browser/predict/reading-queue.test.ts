import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { beforeEach, describe, expect, it } from "vitest";
import type { Revocation } from "@/lib/manifest";
import { ReportedError } from "./failure";
import type { BatchResult, ImageFacts, ListedImage, ReadImage, ReadRequest } from "./messages";
import { BatchError, type ImageSource, type ModelSource } from "./queue-sources";
import type { Reading } from "./reading";
import { ReadingQueue } from "./reading-queue";

const size = 4;
const facts: ImageFacts = {
  format: "PNG",
  width: 8,
  height: 8,
  minimum: 0,
  maximum: 255,
  inverted: false,
  pixelAspect: 1,
  frame: 0,
  frameCount: 3,
  colour: 0,
  dicom: null,
};

/** Files whose content is their key, unless `content` says otherwise. A read waits for step(). */
class Files implements ImageSource {
  requests: ReadRequest[] = [];
  open: (() => void)[] = [];
  forgotten: string[] = [];
  content = new Map<string, string>();
  bad = new Set<string>();
  /** Every buffer that was given out. */
  made: WeakRef<Uint8Array>[] = [];

  read(request: ReadRequest): Promise<ReadImage> {
    this.requests.push(request);
    return new Promise((resolve, reject) => {
      this.open.push(() => {
        if (this.bad.has(request.key))
          reject(new ReportedError({ code: "IMAGE_CORRUPT", message: request.key }));
        else resolve(this.#imageOf(request));
      });
    });
  }

  #imageOf({ key, frame, size: side, show }: ReadRequest): ReadImage {
    const own = { ...facts, frame };
    return {
      digest: `sha256:${this.content.get(key) ?? key}`,
      gray: this.#track(new Uint8Array(side * side).fill(Number(key))),
      size: side,
      facts: own,
      decodeMs: 1,
      resizeMs: 1,
      radiograph: show
        ? {
            ...own,
            values: this.#track(new Uint8Array(64)),
            voi: { kind: "window", center: 128, width: 256, shape: "linear" },
            presets: [],
          }
        : null,
    };
  }

  #track(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    this.made.push(new WeakRef(bytes));
    return bytes;
  }

  forget(keys: string[]): void {
    this.forgotten.push(...keys);
  }
}

/** Its logit is the gray level of the first pixel. */
class Model implements ModelSource {
  state: { size: number; batchSize: number } | null = { size, batchSize: 4 };
  version = "v1";
  round = 1;
  batches: number[][] = [];
  rests = 0;
  fail: ((keys: number[]) => BatchError | null) | null = null;
  open: (() => void)[] = [];

  ready() {
    return this.state;
  }

  predict(batch: { gray: Uint8Array; size: number; images: ImageFacts[] }): Promise<BatchResult> {
    const keys = batch.images.map((_, i) => batch.gray[i * batch.size ** 2] as number);
    expect(batch.gray).toHaveLength(keys.length * batch.size ** 2);
    this.batches.push(keys);
    const { version, round } = this;
    return new Promise((resolve, reject) => {
      this.open.push(() => {
        const error = this.fail?.(keys);
        if (error) reject(error);
        else resolve(resultOf(keys, version, round));
      });
    });
  }

  rest(): void {
    this.rests++;
  }
}

function resultOf(keys: number[], modelVersion: string, round: number): BatchResult {
  return {
    outcomes: keys.map((key) => ({
      status: "ok",
      prediction: {
        label: key >= 50 ? "PNEUMONIA" : "NORMAL",
        uncertain: false,
        probability: key / 100,
        threshold: 0.5,
        logit: key,
        map: { side: 1, values: new Float32Array(1), bias: 0 },
      },
      cautions: [],
    })),
    by: { modelVersion, serial: 1, manifestDigest: `sha256:${modelVersion}`, backend: "webgpu" },
    networkMs: keys.length,
    round,
  };
}

let files: Files;
let model: Model;
let queue: ReadingQueue;

beforeEach(() => {
  files = new Files();
  model = new Model();
  queue = new ReadingQueue(files, model, () => undefined);
});

const settle = () => new Promise<void>((resolve) => setTimeout(resolve));

/** Finishes one file or one batch: files first. */
async function step(): Promise<boolean> {
  const next = files.open.shift() ?? model.open.shift();
  next?.();
  await settle();
  return next !== undefined;
}

async function finish(): Promise<void> {
  while (await step());
}

function listed(...keys: (number | string)[]): ListedImage[] {
  return keys.map((key) => ({
    key: String(key),
    name: `${key}.png`,
    folder: "",
    sizeBytes: 10,
    failure: null,
  }));
}

const readings = () => queue.snapshot().readings;
const stepsOf = () => Object.fromEntries(readings().map(({ name, step: at }) => [name.split(".")[0], at]));
const readingOf = (id: number) => readings().find((reading) => reading.id === id) as Reading;

describe("order", () => {
  it("reads the image on screen first and alone, then the list in batches, one file at a time", async () => {
    const ids = queue.add(listed(1, 2, 3, 4, 5, 6, 7, 8), "file");
    queue.select(ids[2] as number);
    expect(files.requests).toHaveLength(1);
    await finish();
    // The first was under way when the third was put on screen.
    expect(files.requests.map(({ key, show }) => key + (show ? "!" : "")).slice(0, 3)).toEqual([
      "1",
      "3!",
      "2",
    ]);
    expect(model.batches[0]).toEqual([1]);
    expect(model.batches[1]).toEqual([3]);
    expect(Math.max(...model.batches.map((batch) => batch.length))).toBeGreaterThan(1);
    expect(model.batches.flat().sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(new Set(Object.values(stepsOf()))).toEqual(new Set(["done"]));
    expect(model.rests).toBe(1);
  });

  it("skips the images that were only passed by", async () => {
    const ids = queue.add(listed(1, 2, 3, 4), "file");
    await finish();
    files.requests = [];
    for (const id of ids) queue.select(id);
    await finish();
    expect(files.requests.map(({ key }) => key)).toEqual(["1", "4"]);
    expect(queue.snapshot().shown?.readingId).toBe(ids[3]);
  });

  it("decodes no further ahead than a batch and a bit while there is no model", async () => {
    model.state = null;
    queue.add(listed(...Array.from({ length: 40 }, (_, i) => i + 1)), "file");
    await finish();
    expect(files.requests).toHaveLength(3);
    model.state = { size, batchSize: 4 };
    queue.modelChanged();
    await finish();
    expect(queue.snapshot().progress).toMatchObject({ total: 40, settled: 40, running: false });
  });

  it("makes the input again for a model of another size", async () => {
    model.state = null;
    queue.add(listed(7), "file");
    await finish();
    expect(files.requests[0]?.size).toBe(224);
    model.state = { size: 8, batchSize: 4 };
    queue.modelChanged();
    await finish();
    expect(files.requests[1]?.size).toBe(8);
    expect(stepsOf()).toEqual({ 7: "done" });
  });
});

describe("what can go wrong", () => {
  it("keeps a bad file's failure to that file", async () => {
    files.bad.add("2");
    const ids = queue.add([...listed(1, 2, 3), { ...listed("9")[0], failure: known } as ListedImage], "file");
    await finish();
    expect(stepsOf()).toEqual({ 1: "done", 2: "failed", 3: "done", 9: "failed" });
    expect(readingOf(ids[1] as number).failure?.code).toBe("IMAGE_CORRUPT");
    files.bad.clear();
    queue.retry(ids[1] as number);
    await finish();
    expect(stepsOf()).toMatchObject({ 2: "done" });
  });

  it("tries a failed batch's images one by one, so that one of them stops no other", async () => {
    model.fail = (keys) =>
      keys.includes(3)
        ? new BatchError({ cause: "batch", failure: { code: "UNKNOWN", message: "no number" } })
        : null;
    queue.add(listed(1, 2, 3, 4, 5, 6), "file");
    await finish();
    expect(stepsOf()).toEqual({ 1: "done", 2: "done", 3: "failed", 4: "done", 5: "done", 6: "done" });
  });

  it("puts a batch back when its backend is gone, and goes on with the next", async () => {
    queue.add(listed(1, 2, 3, 4, 5), "file");
    model.fail = () => new BatchError({ cause: "again", failure: known });
    await finish();
    expect(Object.values(stepsOf())).not.toContain("failed");
    const before = model.batches.length;
    await finish();
    expect(model.batches).toHaveLength(before);
    model.fail = null;
    model.round++;
    queue.modelChanged();
    await finish();
    expect(new Set(Object.values(stepsOf()))).toEqual(new Set(["done"]));
  });

  it("goes on when the next backend was ready before word came of the batch that the last one lost", async () => {
    queue.add(listed(1), "file");
    await step();
    model.fail = () => {
      model.fail = null;
      queue.modelChanged();
      return new BatchError({ cause: "again", failure: known });
    };
    await finish();
    expect(stepsOf()).toEqual({ 1: "done" });
  });

  it("takes back and reads again what was read since the last good test", async () => {
    queue.add(listed(1, 2), "file");
    await finish();
    model.round = 2;
    queue.add(listed(3, 4), "file");
    await finish();
    model.state = null;
    expect(queue.distrust(2)).toBe(2);
    expect(stepsOf()).toMatchObject({ 1: "done", 2: "done" });
    for (const { name, step: at, prediction } of readings().slice(2))
      expect([name, at === "done", prediction]).toEqual([name, false, null]);
    model.state = { size, batchSize: 4 };
    model.round = 3;
    model.version = "v1 on wasm";
    queue.modelChanged();
    await finish();
    expect(readings().map(({ prediction }) => prediction?.modelVersion)).toEqual([
      "v1",
      "v1",
      "v1 on wasm",
      "v1 on wasm",
    ]);
  });

  it("does not let a result stand that comes from a distrusted round", async () => {
    queue.add(listed(1), "file");
    await step();
    queue.distrust(1);
    model.round = 2;
    await finish();
    expect(model.batches).toEqual([[1], [1]]);
    expect(stepsOf()).toEqual({ 1: "done" });
  });
});

const known = { code: "ARCHIVE_ENCRYPTED", message: "locked" } as const;

describe("stopping", () => {
  it("keeps what is done, lets the network finish, and goes on where it stopped", async () => {
    queue.add(listed(1, 2, 3, 4, 5, 6), "file");
    await step();
    await step();
    await step();
    queue.cancel();
    const stopped = { ...stepsOf() };
    expect(Object.values(stopped)).toContain("cancelled");
    await finish();
    const { progress } = queue.snapshot();
    expect(progress.running).toBe(false);
    expect(progress.cancelled).toBeGreaterThan(0);
    expect(Object.values(stepsOf()).filter((at) => at === "done").length).toBe(6 - progress.cancelled);
    const read = model.batches.flat().length;
    queue.resume();
    await finish();
    expect(new Set(Object.values(stepsOf()))).toEqual(new Set(["done"]));
    expect(model.batches.flat()).toHaveLength(read + progress.cancelled);
  });

  it("gives back the results of the version before when reading again is stopped", async () => {
    const ids = queue.add(listed(1, 2, 3, 4, 5, 6, 7, 8), "file");
    await finish();
    queue.readAgain(() => true);
    expect(readingOf(ids[7] as number)).toMatchObject({ step: "queued", prediction: { probability: 0.08 } });
    queue.cancel();
    await finish();
    expect(new Set(Object.values(stepsOf()))).toEqual(new Set(["done"]));
  });
});

describe("versions", () => {
  it("lets finished readings keep their version until they are read again", async () => {
    queue.add(listed(1, 2), "file");
    await finish();
    model.version = "v2";
    queue.modelChanged();
    queue.add(listed(3), "file");
    await finish();
    const versions = () => readings().map(({ readBy }) => readBy?.modelVersion);
    expect(versions()).toEqual(["v1", "v1", "v2"]);
    queue.readAgain(({ readBy }) => readBy?.modelVersion !== "v2");
    await finish();
    expect(versions()).toEqual(["v2", "v2", "v2"]);
    expect(model.batches.flat()).toHaveLength(5);
  });
});

describe("a revoked version", () => {
  const revocation = (version: string): Revocation => ({
    version,
    serial: 1,
    manifestDigest: `sha256:${version}`,
    weightsDigest: "sha256:w",
    reason: "mislabelled",
    revokedAt: "2026-11-21T09:00:00.000Z",
  });
  const revoked = () => readings().map((reading) => reading.revoked?.version ?? null);

  it("marks what it read, copies and undone removals too, until another version has read it", async () => {
    files.content.set("2", "1");
    const ids = queue.add(listed(1, 2, 3), "file");
    await finish();
    const removed = queue.remove([ids[2] as number]);
    queue.setRevocations([revocation("v1")]);
    queue.restore(removed);
    expect(revoked()).toEqual(["v1", "v1", "v1"]);
    expect(readings().map(({ step }) => step)).toEqual(["done", "done", "done"]);
    model.version = "v2";
    queue.modelChanged();
    queue.readAgain(({ readBy }) => readBy?.modelVersion === "v1");
    await finish();
    expect(revoked()).toEqual([null, null, null]);
  });

  it("marks what comes from it later", async () => {
    queue.setRevocations([revocation("v1"), revocation("v0")]);
    queue.add(listed(1), "file");
    await finish();
    expect(revoked()).toEqual(["v1"]);
  });
});

describe("the same file twice", () => {
  it("is read once; the copy shows the result of the first", async () => {
    files.content.set("2", "1");
    const [first, copy] = queue.add(listed(1, 2, 3), "file") as [number, number];
    await finish();
    expect(model.batches.flat().sort()).toEqual([1, 3]);
    expect(readingOf(copy)).toMatchObject({ duplicateOf: first, step: "done", prediction: { logit: 1 } });
  });

  it("becomes a reading of its own when the first is removed", async () => {
    files.content.set("2", "1");
    const [first, copy] = queue.add(listed(1, 2), "file") as [number, number];
    await step();
    await step();
    queue.remove([first]);
    await finish();
    expect(readingOf(copy)).toMatchObject({ duplicateOf: null, step: "done" });
  });

  it("is told from another frame of the same file", async () => {
    files.content.set("2", "1");
    const [first, copy] = queue.add(listed(1, 2), "file") as [number, number];
    await finish();
    queue.setFrame(first, 2);
    await finish();
    expect(readingOf(first)).toMatchObject({ frame: 2, step: "done" });
    expect(readingOf(copy)).toMatchObject({ frame: 0, step: "done", duplicateOf: null });
    expect(files.requests.at(-1)).toMatchObject({ key: "1", frame: 2 });
  });
});

describe("removing", () => {
  it("selects the neighbour, and undo brings all back to where it was", async () => {
    const ids = queue.add(listed(1, 2, 3), "file");
    queue.select(ids[1] as number);
    await finish();
    const removed = queue.remove([ids[1] as number]);
    expect(queue.snapshot().currentId).toBe(ids[2]);
    queue.restore(removed);
    await finish();
    expect(readings().map(({ id }) => id)).toEqual(ids);
    expect(queue.snapshot().shown?.readingId).toBe(ids[1]);
    queue.forget(queue.remove(ids));
    expect(files.forgotten).toEqual(["1", "2", "3"]);
  });

  it("reads what was removed half-way once it is back", async () => {
    const ids = queue.add(listed(1, 2, 3), "file");
    await step();
    const removed = queue.remove(ids);
    await finish();
    expect(readings()).toEqual([]);
    queue.restore(removed);
    await finish();
    expect(new Set(Object.values(stepsOf()))).toEqual(new Set(["done"]));
  });
});

it("holds no pixels but those on screen and a few model inputs, however long the list", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const alive = () => {
    collect();
    return files.made.filter((made) => made.deref() !== undefined).length;
  };
  const counts: number[] = [];
  const ids = queue.add(listed(...Array.from({ length: 90 }, (_, i) => i + 1)), "file");
  queue.select(ids[0] as number);
  while (await step()) if (files.made.length % 10 === 0) counts.push(alive());
  expect(files.made.length).toBeGreaterThan(90);
  // Ahead of the network are a batch and two more; a batch is with it.
  expect(Math.max(...counts)).toBeLessThanOrEqual(12);
  queue.select(null);
  await finish();
  files.requests = [];
  expect(alive()).toBeLessThanOrEqual(1);
});
