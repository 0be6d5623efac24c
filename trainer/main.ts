import { runTrainer } from "./run-trainer";

await runTrainer(new URL("./job-process.ts", import.meta.url));
