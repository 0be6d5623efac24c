import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import * as ort from "onnxruntime-node";
import { z } from "zod";
import { isTrainable, tensorShapes } from "@/lib/resnet18/architecture";
import type { Weights, WeightTensor } from "@/lib/safetensors/safetensors";
import type { TrainingConfig } from "@/lib/training/config";
import type { ImageBatch } from "@/trainer/engines/engine";
import { buildTrainingGraph } from "@/trainer/engines/onnxruntime/training-graph";
import type { Figures } from "./figures";

const eventSchema = z.looseObject({
  name: z.string(),
  cat: z.string().optional(),
  ts: z.number().optional(),
  dur: z.number().optional(),
  args: z.looseObject({ op_name: z.string().optional() }).optional(),
});
type Event = z.infer<typeof eventSchema>;

/** Milliseconds of each operator in the fastest of a few runs of a micro-batch, as the runtime's own profile has them. */
export async function operatorTimes(
  weights: Weights,
  config: TrainingConfig,
  batch: ImageBatch,
): Promise<Figures> {
  const { microBatchSize: n, imageSize: size, trainFrom } = config;
  const folder = await mkdtemp(path.join(tmpdir(), "pneumoscope-profile-"));
  try {
    const session = await ort.InferenceSession.create(
      buildTrainingGraph(weights, { trainFrom, microBatchSize: n, size }),
      {
        intraOpNumThreads: Number(process.env.TRAINER_THREADS) || availableParallelism(),
        enableProfiling: true,
        profileFilePrefix: path.join(folder, "profile"),
      },
    );
    const feeds: Record<string, ort.Tensor> = {
      image: new ort.Tensor("float32", batch.images, [n, size, size, 3]),
      target: new ort.Tensor("float32", batch.targets, [n, 1]),
      sampleWeight: new ort.Tensor("float32", batch.sampleWeights, [n, 1]),
      dropoutMask: new ort.Tensor("float32", batch.featureMask, [n, 512]),
    };
    for (const name of tensorShapes().keys()) {
      const { shape, data } = weights.get(name) as WeightTensor;
      if (isTrainable(name, trainFrom)) feeds[name] = new ort.Tensor("float32", data, shape);
    }
    for (let run = 0; run < 5; run++) await session.run(feeds);
    session.endProfiling();
    await session.release();
    const [file] = await readdir(folder);
    const events = eventSchema
      .array()
      .parse(JSON.parse(await readFile(path.join(folder, file as string), "utf8")));
    return sumByOperator(`${config.preset}, micro-batch ${n}`, events);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function sumByOperator(title: string, events: Event[]): Figures {
  const runs = events.filter(({ name, dur }) => name === "model_run" && dur !== undefined);
  const fastest = runs.reduce((best, run) => ((run.dur ?? 0) < (best.dur ?? 0) ? run : best));
  const start = fastest.ts ?? 0;
  const end = start + (fastest.dur ?? 0);
  const sums = new Map<string, number>();
  for (const { name, cat, ts = 0, dur = 0, args } of events) {
    if (cat !== "Node" || !name.endsWith("kernel_time") || ts < start || ts > end) continue;
    const operator = args?.op_name ?? "other";
    sums.set(operator, (sums.get(operator) ?? 0) + dur / 1000);
  }
  const ordered = [...sums].sort(([, a], [, b]) => b - a).filter(([, ms]) => ms >= 1);
  return {
    [`${title}: all, ms`]: (fastest.dur ?? 0) / 1000,
    ...Object.fromEntries(ordered.map(([operator, ms]) => [`${title}: ${operator}, ms`, ms])),
  };
}
