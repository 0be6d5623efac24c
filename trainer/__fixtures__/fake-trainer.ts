import { runTrainer } from "../run-trainer";

await runTrainer(new URL("./fake-job-process.mjs", import.meta.url));
