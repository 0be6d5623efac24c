import { eq } from "drizzle-orm";
import { trainingRuns } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import { parseListing } from "@/lib/dataset/listing";
import { ensureWeightsStored } from "@/lib/node/current-model";
import { checkDatasetVersion, requirePassed } from "@/lib/server/dataset-versions/check";
import { kindOfSource } from "@/lib/server/dataset-versions/import-source";
import { makeCurrent } from "@/lib/server/dataset-versions/make-current";
import { countSplits, recordDatasetVersion } from "@/lib/server/dataset-versions/record";
import { requireApartFromEvaluationSets } from "@/lib/server/evaluation-sets/require-apart";
import { requireChampion } from "@/lib/server/model-versions/current";
import type { Look } from "./look";
import { type Champion, type RunContext, stage } from "./run-context";

/** Enters what was found as a dataset version. @returns the champion that the run starts from */
export async function makeDatasetVersion(
  context: RunContext,
  digest: Digest,
  found: Pick<Look, "badFiles" | "dvcMd5">,
): Promise<Champion> {
  const { db, store, run } = context;
  await stage(context, "dataset version");
  const listing = parseListing(await store.get(digest));
  await requireApartFromEvaluationSets({ db, store }, { digest, listing });
  await recordDatasetVersion({ db, store }, { digest, listing, ...found, source: run.source });
  const { train, validation, test } = countSplits(listing);
  context.log(
    `patients: ${train.patients} train, ${validation.patients} validation, ${test.patients} test (held out)`,
  );
  const champion = await requireChampion(db);
  await ensureWeightsStored(store, champion.weightsDigest);
  await db
    .update(trainingRuns)
    .set({ datasetDigest: digest, initialWeightsDigest: champion.weightsDigest })
    .where(eq(trainingRuns.id, run.id));
  return { serial: champion.serial, weightsDigest: champion.weightsDigest };
}

/** What is wrong with the data stops the run here; what is merely odd is told. */
export async function checkData(context: RunContext, datasetDigest: Digest): Promise<null> {
  const { db, store, run, log, onImportProgress } = context;
  await stage(context, "check data");
  const report = await checkDatasetVersion({ db, store, onProgress: onImportProgress }, datasetDigest);
  for (const { level, rule, message } of report.problems)
    if (level !== "error") log(`${level}: ${rule}: ${message}`);
  requirePassed(report);
  // What was dropped stays in the version when the inbox is emptied; what did not pass is never added to.
  if (kindOfSource(run.source) === "inbox")
    await makeCurrent(db, { digest: datasetDigest, actor: run.trigger });
  await stage(context, "train");
  return null;
}
