import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { digestOfSync } from "@/lib/manifest";
import { loadWeights } from "./fetch-weights";

const bytes = Uint8Array.from({ length: 1_000 }, (_, i) => i % 251);
const weights = {
  digest: digestOfSync(bytes),
  sizeBytes: bytes.length,
  format: "safetensors-fp16" as const,
  url: "/api/models/weights/x",
};
const answers: ((request: { range: string | null; cache: string }) => Response)[] = [];
const asked: { range: string | null; cache: string }[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  vi.setTimerTickMode("nextTimerAsync");
  vi.stubGlobal("location", { origin: "https://reader.example" });
  vi.stubGlobal("fetch", async (_url: URL, init: RequestInit) => {
    const request = { range: new Headers(init.headers).get("range"), cache: init.cache ?? "" };
    asked.push(request);
    const answer = answers.shift();
    if (!answer) throw new TypeError("fetch failed");
    return answer(request);
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  answers.length = 0;
  asked.length = 0;
});

it("returns the named bytes and tells that they could not be kept", async () => {
  answers.push(() => new Response(bytes));
  const progress: number[] = [];
  const loaded = await loadWeights(weights, (received) => progress.push(received));
  expect(loaded).toEqual({ bytes, from: "network", keeping: "denied" });
  expect(progress[0]).toBe(0);
  expect(progress.at(-1)).toBe(bytes.length);
});

it("goes on where the connection broke, and from the start where the server ignores ranges", async () => {
  answers.push(() => new Response(bytes.subarray(0, 400)));
  answers.push(() => new Response(bytes.subarray(400, 600), { status: 206 }));
  answers.push(() => new Response(bytes));
  expect((await loadWeights(weights, () => undefined)).bytes).toEqual(bytes);
  expect(asked.map(({ range }) => range)).toEqual([null, "bytes=400-", "bytes=600-"]);
});

it("asks once past the HTTP cache for bytes that do not match, then refuses them", async () => {
  const changed = bytes.map((value, i) => (i === 7 ? value ^ 1 : value));
  answers.push(() => new Response(changed));
  answers.push(() => new Response(changed));
  await expect(loadWeights(weights, () => undefined)).rejects.toMatchObject({
    code: "WEIGHTS_DIGEST_MISMATCH",
  });
  expect(asked.map(({ cache }) => cache)).toEqual(["default", "reload"]);
});

it("refuses more bytes than the manifest names, another origin, and a missing file", async () => {
  answers.push(() => new Response(new Uint8Array(1_001)));
  await expect(loadWeights(weights, () => undefined)).rejects.toMatchObject({
    code: "WEIGHTS_DIGEST_MISMATCH",
  });
  asked.length = 0;
  const elsewhere = { ...weights, url: "https://elsewhere.example/w" };
  await expect(loadWeights(elsewhere, () => undefined)).rejects.toMatchObject({ code: "NETWORK_FAILED" });
  expect(asked).toEqual([]);
  answers.push(() => new Response("", { status: 404 }));
  await expect(loadWeights(weights, () => undefined)).rejects.toMatchObject({ code: "NETWORK_FAILED" });
  expect(asked).toHaveLength(1);
});

it("gives up after three resumptions", async () => {
  await expect(loadWeights(weights, () => undefined)).rejects.toMatchObject({ code: "NETWORK_FAILED" });
  expect(asked).toHaveLength(4);
});
