// Preloaded into a supervised process (node --import): ends it when its supervisor is gone, however that died.
import { Worker } from "node:worker_threads";

const watch = `
  const parent = ${process.ppid};
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, "SIGTERM");
    setTimeout(() => process.kill(process.pid, "SIGKILL"), 5000);
  }, 500);
`;
new Worker(watch, { eval: true, execArgv: [], env: {} }).unref();
