import type { ModelState, Note } from "@/lib/browser/predict/messages";
import type { ModelDiagnostics } from "@/lib/browser/predict/model-diagnostics";
import type { Reading, ReadingStep } from "@/lib/browser/predict/reading";

export interface Diagnosis {
  at: string;
  browser: { userAgent: string; language: string; screen: string; online: boolean; serviceWorker: boolean };
  model: ModelState;
  notes: readonly Note[];
  running: ModelDiagnostics | null;
  readings: readonly Reading[];
}

/**
 * Plain lines in English, for whoever looks into a problem. Of the readings it tells counts, failure codes and
 * durations: no name, no folder, no digest, no value of any file.
 */
export function describeDiagnostics({ at, browser, model, notes, running, readings }: Diagnosis): string {
  return [
    `Pneumoscope diagnostics, ${at}`,
    "",
    "Browser",
    ...lines(browser),
    "",
    "Model",
    ...lines(modelOf(model)),
    ...notes.map(
      (note) =>
        `  note: ${JSON.stringify(note.kind === "refused" ? { ...note, failure: note.failure.code } : note)}`,
    ),
    "",
    "Backend",
    ...(running ? backendLines(running) : ["  the model's worker does not answer"]),
    "",
    "Readings",
    ...lines(countsOf(readings)),
    "",
  ].join("\n");
}

type Values = Record<string, string | number | boolean>;

function lines(values: Values): string[] {
  return Object.entries(values).map(([name, value]) => `  ${name}: ${value}`);
}

function modelOf(state: ModelState): Values {
  if (state.phase === "failed") return { phase: state.phase, code: state.failure.code };
  if (state.phase !== "ready") return { phase: state.phase };
  const { manifest, manifestDigest, backend, knownAnswerDifference, weightsFrom } = state.model;
  return {
    phase: state.phase,
    version: manifest.version,
    serial: manifest.serial,
    manifest: manifestDigest,
    weights: manifest.weights.digest,
    "weights from": weightsFrom,
    backend,
    "known answers": manifest.knownAnswers.length,
    "largest difference (logits)": knownAnswerDifference,
  };
}

function backendLines({
  backends,
  about,
  isolated,
  cores,
  tests,
  images,
  batches,
  networkMs,
}: ModelDiagnostics): string[] {
  return [
    ...lines({ isolated, cores, ...about }),
    ...backends.map(
      ({ event, backend, detail, difference, atMs }) =>
        `  ${(atMs / 1000).toFixed(1)} s: ${backend} ${event}${difference === null ? "" : `, off by ${difference}`}${detail ? `, ${detail}` : ""}`,
    ),
    ...lines({
      "tests while reading": `${tests.passed} passed, ${tests.failed} failed, largest difference ${tests.largestDifference}`,
      "images through the network": `${images} in ${batches} batches`,
      ...(networkMs
        ? {
            "network per image": `median ${networkMs.median.toFixed(1)} ms, largest ${networkMs.largest.toFixed(1)} ms`,
          }
        : {}),
    }),
  ];
}

function countsOf(readings: readonly Reading[]): Values {
  const steps = new Map<ReadingStep, number>();
  const codes = new Map<string, number>();
  for (const { step, failure } of readings) {
    steps.set(step, (steps.get(step) ?? 0) + 1);
    if (failure) codes.set(failure.code, (codes.get(failure.code) ?? 0) + 1);
  }
  const durations = readings.flatMap(({ prediction }) => prediction?.durationMs ?? []).sort((a, b) => a - b);
  const median = durations[Math.floor(durations.length / 2)];
  return {
    total: readings.length,
    ...Object.fromEntries(steps),
    ...Object.fromEntries(codes),
    ...(median === undefined ? {} : { "median duration": `${median.toFixed(1)} ms` }),
  };
}
