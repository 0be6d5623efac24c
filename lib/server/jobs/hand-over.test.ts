import { afterEach, describe, expect, it, vi } from "vitest";
import { handOver } from "./hand-over";
import { inngest } from "./inngest-client";
import type { Scheduler } from "./scheduler";

const shared = globalThis as typeof globalThis & { pneumoscopeScheduler?: Scheduler };

afterEach(() => {
  delete shared.pneumoscopeScheduler;
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

function standIns() {
  const resume = vi.fn(async () => {});
  shared.pneumoscopeScheduler = { resume } as unknown as Scheduler;
  return { resume, send: vi.spyOn(inngest, "send").mockResolvedValue({ ids: [] }) };
}

describe("a run that somebody asked for", () => {
  it("goes to Inngest where that runs the loop, once however often it is handed over", async () => {
    vi.stubEnv("INNGEST_DEV", "1");
    const { resume, send } = standIns();
    await handOver("run-1");
    await handOver("run-1");
    const events = send.mock.calls.map(([event]) => event);
    expect(events[0]).toMatchObject({
      // Inngest takes an event's id once.
      id: "run-1",
      name: "pneumoscope/retrain.requested",
      data: { runId: "run-1" },
    });
    expect(events[1]).toMatchObject({ id: "run-1" });
    expect(resume).not.toHaveBeenCalled();
  });

  it("is refused where Inngest does not answer", async () => {
    vi.stubEnv("INNGEST_DEV", "1");
    standIns().send.mockRejectedValue(new Error("fetch failed"));
    await expect(handOver("run-1")).rejects.toThrow("fetch failed");
  });

  it("is taken up by this process's scheduler, or waits for the process that has one", async () => {
    vi.stubEnv("INNGEST_DEV", "");
    vi.stubEnv("INNGEST_EVENT_KEY", "");
    const { resume, send } = standIns();
    await handOver("run-1");
    expect(resume).toHaveBeenCalledOnce();
    delete shared.pneumoscopeScheduler;
    await expect(handOver("run-1")).resolves.toBeUndefined();
    expect(send).not.toHaveBeenCalled();
  });
});
