import { inArray, sql } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { decisions } from "@/drizzle/schema";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import {
  pOf,
  type Standing,
  standings,
  type TestedMetric,
  testedMetrics,
} from "@/lib/comparison/best-models";
import { disagreements } from "@/lib/comparison/disagreements";
import {
  type CalledFigures,
  calledFigures,
  type RankFigures,
  rankFigures,
  type ScoredModel,
} from "@/lib/comparison/model-figures";
import { type PairedStatistics, type Pairing, pairing } from "@/lib/comparison/pair-models";
import { type ParameterRow, parameterRows } from "@/lib/comparison/parameters";
import { type Reader, readersOf } from "@/lib/comparison/reader";
import { holm } from "@/lib/metrics/holm";
import { calibrationsOf } from "./calibrations";
import { type TrainingCurve, trainingCurves } from "./epochs";
import { type FoundModel, findModels } from "./find-models";
import { heldOutDigests } from "./image-digests";
import { recordedFigures } from "./recorded-figures";
import { predictionsOn, type ScoredSet, scoredSets } from "./scored-sets";

const pointsOfAllCurves = 2400;
const disagreementsShown = 100;

export interface ComparedModel {
  id: string;
  kind: "run" | "version";
  state: string;
  runId: string | null;
  preset: string | null;
  engine: string | null;
  createdAt: string;
  /** Of the run, from its start to its end. */
  durationMs: number | null;
  datasetDigest: Digest | null;
  /** As it was decided or published, on the data of its own run. */
  recordedAuc: number | null;
  /** Null where no epoch is on record. */
  training: TrainingCurve | null;
  /** On the images of the comparison; null where the model was not scored on them. */
  rank: RankFigures | null;
  called: Omit<CalledFigures, "reliability" | "histogram"> | null;
}

export interface PairWithBaseline extends PairedStatistics {
  /** Holm-adjusted over all pairs of the comparison, by metric. */
  adjustedP: Record<TestedMetric, number | null>;
}

export interface DisagreementRow {
  /** Null where the listing of the dataset version is not in the store. */
  imageDigest: Digest | null;
  label: 0 | 1;
  probabilities: (number | null)[];
  calls: (0 | 1 | null)[];
}

export interface ModelComparison {
  models: ComparedModel[];
  /** Names of neither a run nor a version. */
  unknown: string[];
  parameters: ParameterRow[];
  /** Held-out images that some of the models were scored on, and how many of them. */
  sets: {
    digest: Digest;
    /** Of an evaluation set; null for a dataset version. */
    name: string | null;
    models: number;
  }[];
  /** The one compared on; null where none of the models was scored. */
  set: Digest | null;
  baseline: string | null;
  /** In the order of the models; null for the baseline and for models that share no scored image with it. */
  pairs: (PairWithBaseline | null)[];
  /** By metric, in the order of the models. */
  standings: Record<TestedMetric, Standing[]>;
  disagreements: { total: number; rows: DisagreementRow[] };
}

export interface ComparisonRequest {
  ids: readonly string[];
  baseline?: string | undefined;
  set?: Digest | undefined;
}

/** Everything the comparison of runs and versions shows, on the held-out images of a dataset version or evaluation set. */
export async function compareModels(
  source: { db: Database; store: ArtifactStore },
  { ids, baseline, set: wanted }: ComparisonRequest,
): Promise<ModelComparison> {
  const { models, unknown } = await findModels(source.db, ids);
  const [training, { sets, set, scored }] = await Promise.all([
    trainingsOf(source.db, models),
    scoreOnSet(source, models, wanted),
  ]);
  const first = Math.max(
    0,
    baseline ? models.findIndex(({ id }) => id === baseline) : scored.findIndex((one) => one !== null),
  );
  const readers = readersOf(scored);
  const pair = pairing(scored, readers);
  const compared = describeModels(models, { scored, readers, training });
  return {
    models: compared,
    unknown,
    parameters: parameterRows(models.map(({ run }) => run?.config ?? null)),
    sets: sets.map(({ digest, name, scored: by }) => ({
      digest,
      name,
      models: models.filter(({ weightsDigest }) => weightsDigest && by.has(weightsDigest)).length,
    })),
    set: set?.digest ?? null,
    baseline: models[first]?.id ?? null,
    pairs: withAdjustedP(models.map((_, at) => (at === first ? null : pair(first, at)))),
    standings: standingsOf(compared, pair),
    disagreements: await disagreementRows(source.store, scored, set?.digest ?? null),
  };
}

async function scoreOnSet(
  source: { db: Database; store: ArtifactStore },
  models: readonly FoundModel[],
  wanted: Digest | undefined,
) {
  const weights = [...new Set(models.flatMap(({ weightsDigest }) => weightsDigest ?? []))];
  const sets = await scoredSets(source.db, weights);
  const set = sets.find(({ digest }) => digest === wanted) ?? sets[0];
  return { sets, set, scored: set ? await scoreModels(source, models, set) : models.map(() => null) };
}

async function scoreModels(
  source: { db: Database; store: ArtifactStore },
  models: readonly FoundModel[],
  set: ScoredSet,
): Promise<(ScoredModel | null)[]> {
  const [found, calibrations] = await Promise.all([
    predictionsOn(source, set),
    calibrationsOf(source, models),
  ]);
  const calibrationOf = new Map(
    models.flatMap(({ weightsDigest }, at) => {
      const calibration = calibrations[at];
      return weightsDigest && calibration ? [[weightsDigest, calibration] as const] : [];
    }),
  );
  const recorded = await recordedFigures(source, set.digest, calibrationOf);
  return models.map(({ weightsDigest }, at) => {
    const predictions = weightsDigest ? found.get(weightsDigest) : undefined;
    if (!weightsDigest || !predictions) return null;
    const calibration = calibrations[at] ?? { temperature: null, threshold: null };
    return { predictions, ...calibration, recorded: recorded.get(weightsDigest) };
  });
}

function withAdjustedP(pairs: readonly (PairedStatistics | null)[]): (PairWithBaseline | null)[] {
  const adjusted = Object.fromEntries(
    testedMetrics.map((metric) => [metric, holm(pairs.map((one) => one && pOf(metric, one)))]),
  );
  return pairs.map((pair, at) => {
    if (!pair) return null;
    const p = (metric: TestedMetric) => adjusted[metric]?.[at] ?? null;
    return {
      ...pair,
      adjustedP: {
        auc: p("auc"),
        accuracy: p("accuracy"),
        sensitivity: p("sensitivity"),
        specificity: p("specificity"),
      },
    };
  });
}

function standingsOf(models: readonly ComparedModel[], pair: Pairing): ModelComparison["standings"] {
  const value = (metric: TestedMetric, { rank, called }: ComparedModel) =>
    (metric === "auc" ? rank?.auc.value : called?.metrics[metric].value) ?? null;
  const of = (metric: TestedMetric) =>
    standings(
      metric,
      models.map((model) => value(metric, model)),
      pair,
    );
  return {
    auc: of("auc"),
    accuracy: of("accuracy"),
    sensitivity: of("sensitivity"),
    specificity: of("specificity"),
  };
}

interface Trainings {
  curves: Map<string, TrainingCurve>;
  decidedAucs: Map<string, number>;
}

async function trainingsOf(db: Database, models: readonly FoundModel[]): Promise<Trainings> {
  const runs = [...new Map(models.flatMap(({ run }) => (run ? [[run.id, run] as const] : []))).values()];
  const ids = runs.map(({ id }) => id);
  const [curves, decided] = await Promise.all([trainingCurves(db, runs), decidedAucs(db, ids)]);
  return { curves, decidedAucs: decided };
}

interface Described {
  scored: readonly (ScoredModel | null)[];
  readers: readonly (Reader | null)[];
  training: Trainings;
}

function describeModels(
  models: readonly FoundModel[],
  { scored, readers, training }: Described,
): ComparedModel[] {
  const { curves, decidedAucs: decided } = training;
  const points = Math.floor(pointsOfAllCurves / Math.max(6, models.length));
  return models.map(({ id, kind, state, run, manifest, createdAt }, at) => {
    const [model, reader] = [scored[at], readers[at]];
    return {
      id,
      kind,
      state,
      runId: run?.id ?? null,
      preset: run?.config.preset ?? manifest?.trainingRun.preset ?? null,
      engine: run?.engine ?? manifest?.trainingRun.engine ?? null,
      createdAt: createdAt.toISOString(),
      durationMs:
        run?.startedAt && run.finishedAt ? run.finishedAt.getTime() - run.startedAt.getTime() : null,
      datasetDigest: run?.datasetDigest ?? manifest?.dataset.digest ?? null,
      recordedAuc: (run && decided.get(run.id)) ?? manifest?.metrics.auc.value ?? null,
      training: (run && curves.get(run.id)) ?? null,
      rank: model && reader ? rankFigures(model, points, reader) : null,
      called: model && reader ? calledOf(model, reader) : null,
    };
  });
}

function calledOf(model: ScoredModel, reader: Reader): ComparedModel["called"] {
  const figures = calledFigures(model, reader);
  if (!figures) return null;
  const { reliability: _, histogram: __, ...called } = figures;
  return called;
}

async function decidedAucs(db: Database, runIds: string[]): Promise<Map<string, number>> {
  if (runIds.length === 0) return new Map();
  const auc = sql<
    number | null
  >`(${decisions.comparison}->'challenger'->'auc'->>'value')::double precision`.mapWith((value) =>
    value === null ? null : Number(value),
  );
  const rows = await db
    .select({ runId: decisions.runId, auc })
    .from(decisions)
    .where(inArray(decisions.runId, runIds));
  return new Map(rows.flatMap(({ runId, auc: value }) => (value === null ? [] : [[runId, value] as const])));
}

async function disagreementRows(
  store: ArtifactStore,
  scored: readonly (ScoredModel | null)[],
  set: Digest | null,
): Promise<ModelComparison["disagreements"]> {
  if (set === null) return { total: 0, rows: [] };
  const all = disagreements(
    scored.map((one) => one ?? { predictions: [], temperature: null, threshold: null }),
  );
  const digests = all.length > 0 ? await heldOutDigests(store, set) : new Map<string, Digest>();
  return {
    total: all.length,
    rows: all.slice(0, disagreementsShown).map(({ caseId, label, probabilities, calls }) => ({
      imageDigest: digests.get(caseId) ?? null,
      label,
      probabilities,
      calls,
    })),
  };
}
