import { runTrainer } from "../run-trainer";

await runTrainer(new URL("./fake-job-process.ts", import.meta.url));
