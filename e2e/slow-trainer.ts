import { runTrainer } from "@/trainer/run-trainer";

await runTrainer(new URL("./slow-job-process.ts", import.meta.url));
