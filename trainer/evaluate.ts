import { parseSafetensors } from "@/lib/safetensors/safetensors";
import type { CasePrediction, EvaluateJob, EvaluateResult } from "@/lib/training/job";
import { listCases, loadCases } from "./data/load-cases";
import { findPerturbation, perturbImages } from "./data/perturb";
import type { JobContext } from "./job-context";
import { measureParity } from "./parity";
import { predictLogits } from "./predict-outputs";

/**
 * Scores every case on the given sides of a dataset version, as it is and under the job's conditions, and stores one
 * prediction per case; where the job asks, some of them on the page's backend too.
 * @throws CONFIG_INVALID naming a condition that is not known
 */
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
  const conditions = (job.conditions ?? []).map(findPerturbation);
  const predict = (gray: Uint8Array, pass: number) =>
    predictLogits(
      engine,
      weights,
      { gray },
      {
        size: job.imageSize,
        views: job.views,
        signal,
        onProgress: (done, total) =>
          report({ phase: "evaluate", done: pass * total + done, total: total * (conditions.length + 1) }),
      },
    );
  const logits = await predict(images.gray, 0);
  const perturbed: Float32Array[] = [];
  for (const [i, condition] of conditions.entries()) {
    perturbed.push(await predict(perturbImages(images, job.imageSize, condition), i + 1));
  }
  const predictions: CasePrediction[] = cases.map((item, i) => ({
    caseId: item.caseId,
    patientId: item.patientId,
    split: item.split,
    label: item.label,
    logit: logits[i] as number,
    ...(job.conditions ? { perturbedLogits: perturbed.map((values) => values[i] as number) } : {}),
  }));
  const { parity, views, imageSize: size } = job;
  const agreement =
    parity &&
    (await measureParity({
      weights,
      gray: images.gray,
      logits,
      parity,
      options: { size, views },
      signal,
      onProgress: (done, total) => report({ phase: "parity", done, total }),
    }));
  const { digest } = await store.put(new TextEncoder().encode(JSON.stringify(predictions)));
  return {
    kind: "evaluate",
    engine: engine.name,
    predictionsDigest: digest,
    cases: cases.length,
    ...(agreement ? { parity: agreement } : {}),
    durationMs: Math.round(performance.now() - startedAt),
  };
}
