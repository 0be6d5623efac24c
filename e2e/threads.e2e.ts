import { cpus } from "node:os";
import { dropFile, expect, openReading, shownProbability, test } from "./journey";
import { pngFile } from "./test-files";

const file = pngFile(81);
const threadEntry = /\/runtime\/tfjs-backend-wasm-threaded-simd\.worker\.js$/;

test("an isolated page computes on every core, and without isolation on one, with the same answer", async ({
  page,
  record,
}) => {
  const threads = Math.min(cpus().length, 8);
  test.skip(threads < 2, "one core");
  await openReading(page, "/?backend=wasm");
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await dropFile(page, file);
  const probability = await shownProbability(page);
  const entries = record.requests.filter((request) => threadEntry.test(request.url()));
  expect(entries.length).toBe(threads - 1);
  for (const entry of entries) {
    const headers = await (await entry.response())?.allHeaders();
    expect(headers?.["content-security-policy"]).toMatch(/^default-src 'none'; script-src 'self' [^;]+$/);
  }

  await page.route("**/*", async (route) => {
    const response = await route.fetch();
    const { "cross-origin-embedder-policy": _, ...headers } = response.headers();
    await route.fulfill({ response, headers });
  });
  const before = record.requests.length;
  await openReading(page, "/?backend=wasm");
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
  await dropFile(page, file);
  expect(await shownProbability(page)).toBeCloseTo(probability, 5);
  const since = record.requests.slice(before).map((request) => new URL(request.url()).pathname);
  expect(since).toContain("/runtime/tfjs-backend-wasm-simd.wasm");
  expect(since.join()).not.toContain("threaded");
  await page.unrouteAll({ behavior: "wait" });
});
