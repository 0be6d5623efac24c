import type { Database } from "@/drizzle/client";
import type { ArtifactStore } from "@/lib/artifacts/store";
import {
  type CalledFigures,
  calledFigures,
  type RankCurves,
  rankCurves,
} from "@/lib/comparison/model-figures";
import { requireRun } from "@/lib/server/training-runs/runs";
import { calibrationsOf } from "./calibrations";
import { type EpochPoint, epochsOf } from "./epochs";
import { findModels } from "./find-models";
import { heldOutPredictions } from "./held-out";
import { recordedFigures } from "./recorded-figures";

const pointsPerCurve = 200;

export interface RunCharts {
  state: string;
  /** As configured; training may stop before. */
  epochsPlanned: number;
  epochs: EpochPoint[];
  /** On the held-out images of the run's own dataset version; null until they are scored. */
  rank: RankCurves | null;
  /** Null where the threshold is not on record. */
  called: CalledFigures | null;
}

/**
 * What the charts of a run show.
 * @throws RUN_NOT_FOUND
 */
export async function runCharts(
  source: { db: Database; store: ArtifactStore },
  id: string,
): Promise<RunCharts> {
  const run = await requireRun(source.db, id);
  const epochs = await epochsOf(source.db, run);
  const { weightsDigest, datasetDigest, state, config } = run;
  const told = { state, epochsPlanned: config.epochs, epochs };
  if (!weightsDigest || !datasetDigest) return { ...told, rank: null, called: null };
  const found = await heldOutPredictions(source.db, [weightsDigest], datasetDigest);
  const scored = found.get(weightsDigest);
  if (!scored) return { ...told, rank: null, called: null };
  const { models } = await findModels(source.db, [id]);
  const [calibration = { temperature: null, threshold: null }] = await calibrationsOf(source, models);
  const recorded = await recordedFigures(source, datasetDigest, new Map([[weightsDigest, calibration]]));
  const model = { predictions: scored, ...calibration, recorded: recorded.get(weightsDigest) };
  return { ...told, rank: rankCurves(model, pointsPerCurve), called: calledFigures(model) };
}
