import fc from "fast-check";
import { expect, it, vi } from "vitest";
import type { Digest } from "@/lib/artifacts/store";
import { chunkRange } from "@/lib/dataset/upload-plan";
import { PneumoscopeError } from "@/lib/errors";
import { digestOf } from "@/lib/manifest";
import { chosenArchive, chosenFolder, type PickedFile } from "./chosen-files";
import { putChunk } from "./put-chunk";
import { type ChunkAnswer, createSpeedometer, type SendUpload, sendUpload } from "./send-upload";

const chunkBytes = 10;
const content = Uint8Array.from({ length: 95 }, (_, at) => (at * 7) % 256);
const plan = { sizeBytes: content.length, chunkBytes };
const pieceOf = (index: number) => {
  const { start, end } = chunkRange(plan, index);
  return content.subarray(start, end);
};

function upload(changes: Partial<SendUpload> = {}, answer: (call: number) => ChunkAnswer = () => "taken") {
  const stored = new Map<number, Uint8Array>();
  const sent: number[] = [];
  const pauses: number[] = [];
  let waits = 0;
  const work = sendUpload({
    plan,
    known: [],
    read: async (start, end) => content.slice(start, end),
    async put(index, digest, bytes) {
      const said = answer(sent.push(index));
      if (said !== "taken") return said;
      expect(await digestOf(bytes)).toBe(digest);
      stored.set(index, bytes);
      return said;
    },
    pause: async (pauseMs) => void pauses.push(pauseMs),
    onProgress: ({ bytes, isWaiting }) => {
      waits += isWaiting ? 1 : 0;
      expect(bytes).toBeLessThanOrEqual(plan.sizeBytes);
    },
    signal: new AbortController().signal,
    ...changes,
  });
  return { work, stored, sent, pauses, waits: () => waits };
}

it("brings every byte whatever answers come, and sends what is there already no more", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
      fc.uniqueArray(fc.integer({ min: 0, max: 9 })),
      async (isLost, before) => {
        const known = await Promise.all(
          before.map(async (index) => ({ index, digest: await digestOf(pieceOf(index)) })),
        );
        // Never ten losses in a row, after which it gives up.
        const { work, stored, sent, pauses } = upload({ known }, (call) =>
          isLost[call % 40] && call % 5 !== 0 ? "later" : "taken",
        );
        await work;
        for (const { index } of known) stored.set(index, pieceOf(index));
        const whole = Array.from({ length: 10 }, (_, index) => [...(stored.get(index) ?? [])]).flat();
        expect(whole).toEqual([...content]);
        expect(sent.filter((index) => before.includes(index))).toEqual([]);
        expect(sent.length).toBe(10 - before.length + pauses.length);
      },
    ),
    { numRuns: 50 },
  );
});

it("refuses other files than those that were sent before", async () => {
  const known = [{ index: 3, digest: await digestOf(pieceOf(4)) }];
  await expect(upload({ known }).work).rejects.toMatchObject({ code: "UPLOAD_FILE_CHANGED" });
});

it("gives up after ever longer pauses, and at once where the server refuses", async () => {
  const lost = upload({}, () => "later");
  await expect(lost.work).rejects.toMatchObject({ code: "NETWORK_FAILED" });
  expect(Math.max(...lost.pauses)).toBe(60_000);
  expect(lost.waits()).toBe(lost.pauses.length);
  const refused = new PneumoscopeError("NOT_ALLOWED", "no");
  const other = upload({}, () => ({ refused }));
  await expect(other.work).rejects.toBe(refused);
  expect(other.sent.length).toBeLessThanOrEqual(3);
});

it("stops where it is told to", async () => {
  const stop = new AbortController();
  const { work, sent } = upload({ signal: stop.signal }, (call) => {
    if (call === 4) stop.abort();
    return "taken";
  });
  await expect(work).rejects.toMatchObject({ name: "AbortError" });
  expect(sent.length).toBeLessThan(8);
});

it.each([
  [204, null, "taken"],
  [500, null, "later"],
  [503, "DATABASE_UNAVAILABLE", "later"],
  [429, null, "later"],
  [400, "UPLOAD_CHUNK_DAMAGED", "later"],
  [507, "DISK_FULL", "DISK_FULL"],
  [404, "UPLOAD_NOT_FOUND", "UPLOAD_NOT_FOUND"],
  [403, "NOT_ALLOWED", "NOT_ALLOWED"],
])("an answer of %d %s is %s", async (status, code, expected) => {
  const send = vi.fn(async () =>
    status === 204 ? new Response(null, { status }) : Response.json({ error: { code } }, { status }),
  );
  const digest: Digest = "sha256:0";
  const piece = { index: 1, digest, bytes: content, signal: new AbortController().signal };
  const answer = await putChunk("id", piece, send);
  expect(typeof answer === "string" ? answer : answer.refused.code).toBe(expected);
});

it("takes a lost connection for something that passes", async () => {
  const piece = {
    index: 1,
    digest: "sha256:0" as Digest,
    bytes: content,
    signal: new AbortController().signal,
  };
  expect(await putChunk("id", piece, async () => Promise.reject(new TypeError("lost")))).toBe("later");
});

it("tells the time left from what was sent lately", () => {
  const speed = createSpeedometer();
  expect(speed.secondsLeft(0, 0, 1000)).toBeNull();
  expect(speed.secondsLeft(500, 50, 1000)).toBeNull();
  expect(speed.secondsLeft(2_000, 200, 1000)).toBeCloseTo(8);
  expect(speed.secondsLeft(60_000, 200, 1000)).toBeNull();
});

function picked(relative: string, text: string, lastModified = 1): PickedFile {
  const name = relative.split("/").at(-1) ?? "";
  const blob = new Blob([text]);
  return Object.assign(blob, { name, lastModified, webkitRelativePath: relative }) as unknown as PickedFile;
}

it("lines a folder's files up the same way in whatever order they come", async () => {
  const files = [
    picked("set/PNEUMONIA/b.png", "bb"),
    picked("set/NORMAL/a.png", "a"),
    picked("set/.git/config", "x"),
    picked("set/labels.csv", "csv"),
  ];
  const chosen = chosenFolder(files);
  expect(chosen).toMatchObject({ kind: "folder", name: "set", sizeBytes: 6 });
  expect(chosen?.files.map(({ path }) => path)).toEqual(["NORMAL/a.png", "PNEUMONIA/b.png", "labels.csv"]);
  expect(await chosen?.bytes.text()).toBe("abbcsv");
  expect(chosenFolder(files.toReversed())?.fingerprint).toBe(chosen?.fingerprint);
  const touched = files.with(1, picked("set/NORMAL/a.png", "a", 2));
  expect(chosenFolder(touched)?.fingerprint).not.toBe(chosen?.fingerprint);
  expect(chosenFolder([])).toBeNull();
  const archive = chosenArchive(picked("", "PK"));
  expect(archive).toMatchObject({ kind: "archive", sizeBytes: 2 });
});
