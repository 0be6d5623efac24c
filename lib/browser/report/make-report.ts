import { type FromReportWorker, type ReportJob, reportTypes } from "./messages";

/**
 * Makes a file in a worker of its own, which ends with it: the page stays responsive and the memory is given back.
 * @throws Error with the reason where the file cannot be made; DOMException AbortError when stopped
 */
export function makeReport(job: ReportJob, signal: AbortSignal): Promise<Blob> {
  return new Promise<Blob>((resolve, reject) => {
    const worker = new Worker(new URL("./report-worker.ts", import.meta.url), { type: "module" });
    const finish = () => {
      worker.terminate();
      signal.removeEventListener("abort", stop);
    };
    const stop = () => {
      finish();
      reject(new DOMException("stopped", "AbortError"));
    };
    worker.addEventListener("message", ({ data }: MessageEvent<FromReportWorker>) => {
      finish();
      if (data.kind === "made") resolve(new Blob([data.bytes], { type: reportTypes[job.kind].mediaType }));
      else reject(new Error(data.message));
    });
    worker.addEventListener("error", (event) => {
      finish();
      reject(new Error(event.message || "the part of this page that makes files did not start"));
    });
    signal.addEventListener("abort", stop);
    worker.postMessage(job);
  });
}
