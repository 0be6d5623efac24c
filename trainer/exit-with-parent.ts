import { Worker } from "node:worker_threads";

/**
 * Ends this process within a second or two of its parent's death, also where the main thread is inside a long
 * native call and would not see the closed channel: a thread of its own watches the parent's id.
 */
export function exitWithParent(): void {
  const watch = `
    const parent = ${process.ppid};
    setInterval(() => {
      if (process.ppid !== parent) process.kill(process.pid, "SIGKILL");
    }, 1000);
  `;
  const worker = new Worker(watch, { eval: true, execArgv: [], env: {} });
  worker.unref();
}
