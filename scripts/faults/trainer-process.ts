import { runTrainer } from "@/trainer/run-trainer";
import { followClock } from "./movable-clock";

// The product's trainer service; only what a job computes is replaced (job-process.ts).
if (process.env.FAULTS_TRAINER_CLOCK) followClock(process.env.FAULTS_TRAINER_CLOCK);
await runTrainer(new URL("./job-process.mjs", import.meta.url));
