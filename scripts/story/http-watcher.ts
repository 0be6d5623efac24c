import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { openCurrentAnswer } from "@/lib/manifest";
import { StoryBroken } from "./narrator";
import type { SeenReading, Watcher } from "./watcher";

const answerSchema = z.object({
  signed: z.object({ manifest: z.object({ version: z.string() }) }),
  trust: z
    .object({
      trust: z.object({ revocations: z.array(z.object({ version: z.string(), reason: z.string() })) }),
    })
    .nullable(),
});

/** What a page would be told, where there is no browser: the server's answers, and nothing is computed. */
export function httpWatcher(url: string, withinMs: number): Watcher {
  let running = "";

  async function ask() {
    const response = await fetch(`${url}api/models/current`, { cache: "no-store" });
    const { signed, trust } = answerSchema.parse(openCurrentAnswer(await response.json()));
    return { version: signed.manifest.version, revocations: trust?.trust.revocations ?? [] };
  }

  async function until<T>(what: string, found: (answer: Awaited<ReturnType<typeof ask>>) => T | undefined) {
    for (const startMs = performance.now(); performance.now() - startMs < withinMs; await sleep(500)) {
      const value = found(await ask());
      if (value !== undefined) return value;
    }
    throw new StoryBroken(`The server did not answer with ${what} within ${withinMs / 1000} s.`);
  }

  const reading = (): SeenReading => ({ version: running, probability: null });
  return {
    kind: "HTTP answers",
    async open() {
      running = (await ask()).version;
      return reading();
    },
    async offered(version) {
      await until(`version ${version}`, (answer) => (answer.version === version ? true : undefined));
      return reading();
    },
    async take(version) {
      running = version;
      return reading();
    },
    async stopped(version, reason) {
      const startMs = performance.now();
      return until(`the revocation of ${version}`, (answer) => {
        const revocation = answer.revocations.find(
          (item) => item.version === version && item.reason === reason,
        );
        const afterMs = performance.now() - startMs;
        const successor = answer.version;
        const text = `${version}: ${revocation?.reason}`;
        return (
          revocation && {
            text,
            again: { version: successor, probability: null },
            successor,
            afterMs,
          }
        );
      });
    },
    async close() {},
  };
}
