import { parseSafetensors } from "@/lib/safetensors/safetensors";
import type { CasePrediction, EvaluateJob, EvaluateResult } from "@/lib/training/job";
import { listCases, loadCases } from "./data/load-cases";
import type { JobContext } from "./job-context";
import { predictLogits } from "./predict-logits";

/** Scores every case on the given sides of a dataset version and stores one prediction per case. */
export async function runEvaluateJob(job: EvaluateJob, context: JobContext): Promise<EvaluateResult> {
  const { store, engine, signal, report } = context;
  const startedAt = performance.now();
  const { weights } = parseSafetensors(await store.get(job.weightsDigest));
  const cases = await listCases(store, job.datasetDigest, job.splits);
  const images = await loadCases(store, cases, {
    size: job.imageSize,
    signal,
    onProgress: (done, total) => report({ phase: "load", done, total }),
  });
  const logits = await predictLogits(engine, weights, images, {
    size: job.imageSize,
    views: job.views,
    signal,
    onProgress: (done, total) => report({ phase: "evaluate", done, total }),
  });
  const predictions: CasePrediction[] = cases.map((item, i) => ({
    caseId: item.caseId,
    patientId: item.patientId,
    split: item.split,
    label: item.label,
    logit: logits[i] as number,
  }));
  const { digest } = await store.put(new TextEncoder().encode(JSON.stringify(predictions)));
  return {
    kind: "evaluate",
    engine: engine.name,
    predictionsDigest: digest,
    cases: cases.length,
    durationMs: Math.round(performance.now() - startedAt),
  };
}
