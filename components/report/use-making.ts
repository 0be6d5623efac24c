import { useEffect, useRef, useState } from "react";
import { makeReport } from "@/lib/browser/report/make-report";
import type { ReportJob } from "@/lib/browser/report/messages";
import { saveFile } from "@/lib/browser/report/save-file";

export type Status =
  | { phase: "idle" }
  | { phase: "making" }
  | { phase: "saved"; name: string }
  | { phase: "failed"; reason: string };

/** Makes one file at a time; closing the dialog stops it. */
export function useMaking(open: boolean) {
  const [status, setStatus] = useState<Status>({ phase: "idle" });
  const running = useRef<AbortController>(null);
  const stop = () => running.current?.abort();
  useEffect(() => {
    if (open) setStatus({ phase: "idle" });
    else running.current?.abort();
  }, [open]);

  async function run(job: ReportJob, name: string): Promise<void> {
    running.current?.abort();
    const mine = new AbortController();
    running.current = mine;
    setStatus({ phase: "making" });
    try {
      saveFile(await makeReport(job, mine.signal), name);
      setStatus({ phase: "saved", name });
    } catch (error) {
      const stopped = error instanceof DOMException && error.name === "AbortError";
      if (running.current !== mine) return;
      setStatus(stopped ? { phase: "idle" } : { phase: "failed", reason: String((error as Error).message) });
    }
  }
  return { status, run, stop };
}
