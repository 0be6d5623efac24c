import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import type { Browser, CDPSession } from "@playwright/test";

/** Reads how much processor time the browser's renderers have used. */
export interface RendererClock {
  /** Milliseconds of processor time, all threads of all renderers together. */
  readMs(): Promise<number>;
  /** The largest resident memory that one renderer has had, in bytes; null where the system does not tell. */
  peakMemoryBytes(): Promise<number | null>;
}

/**
 * On Linux from the scheduler's account of each thread, which counts nanoseconds; elsewhere from the browser, which
 * counts ticks of ten milliseconds.
 */
export async function openRendererClock(browser: Browser): Promise<RendererClock> {
  const session = await browser.newBrowserCDPSession();
  const fine = existsSync("/proc/self/schedstat");
  return {
    async readMs() {
      const renderers = await listRenderers(session);
      const times = renderers.map(({ id, cpuTime }) => (fine ? scheduledMs(id) : cpuTime * 1_000));
      return (await Promise.all(times)).reduce((sum, ms) => sum + ms, 0);
    },
    async peakMemoryBytes() {
      const peaks = await Promise.all((await listRenderers(session)).map(({ id }) => peakResidentBytes(id)));
      return peaks.some((peak) => peak === null) ? null : Math.max(...peaks.map(Number));
    },
  };
}

async function listRenderers(session: CDPSession) {
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  return processInfo.filter(({ type }) => type === "renderer");
}

async function scheduledMs(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const nanoseconds = threads.map(async (thread) => {
    const text = await readFile(`/proc/${pid}/task/${thread}/schedstat`, "utf8").catch(() => "0");
    return Number(text.split(" ")[0]);
  });
  return (await Promise.all(nanoseconds)).reduce((sum, value) => sum + value, 0) / 1e6;
}

async function peakResidentBytes(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes ? Number(kilobytes) * 1024 : null;
}
