import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, utimesSync } from "node:fs";
import path from "node:path";
import type { Sql } from "postgres";
import type { ArtifactStore } from "@/lib/artifacts/store";
import { describeError } from "@/lib/errors";
import { verifySignedManifest } from "@/lib/manifest";
import { currentModelPointer, readBaselineManifest, trustedKeys } from "@/lib/node/current-model";
import { folderArtifactStore } from "@/lib/node/folder-artifact-store";
import type { Reference } from "./arm-faults";
import type { Fault, TrialPlan } from "./plan";

export interface InvariantInputs {
  plan: TrialPlan;
  reference: Reference | null;
  sql: Sql;
  store: ArtifactStore;
  data: string;
}

interface Checked {
  problems: string[];
  weightsDigest: string | null;
}

/** Faults that the loop must get over without ending the run; the others may end it with a reason. */
function mustComplete(faults: readonly Fault[]): boolean {
  return faults.every(
    (fault) =>
      (fault.kind === "kill" && fault.target !== "job") ||
      fault.kind === "second scheduler" ||
      fault.kind === "callbacks",
  );
}

/** Everything that must hold once a trial has settled. */
export async function checkInvariants(inputs: InvariantInputs): Promise<Checked> {
  const problems: string[] = [];
  const must = (holds: boolean, what: string) => {
    if (!holds) problems.push(what);
  };
  await checkNothingForbidden(inputs, must);
  await checkChampion(inputs, must);
  await checkRuns(inputs, must);
  await checkCancel(inputs, must);
  await checkRecord(inputs, must);
  const weightsDigest = await checkResult(inputs, must);
  await checkFiles(inputs, must);
  return { problems, weightsDigest };
}

type Must = (holds: boolean, what: string) => void;

async function checkNothingForbidden({ sql }: InvariantInputs, must: Must): Promise<void> {
  for (const { rule, detail } of await sql`select rule, detail from faults.violations order by at`)
    must(false, `${rule}: ${detail}`);
}

async function checkChampion({ sql, store }: InvariantInputs, must: Must): Promise<void> {
  const rows =
    await sql`select m.serial, m.state, m.weights_digest, m.signed_manifest from champion c join model_versions m on m.serial = c.serial`;
  must(rows.length === 1 && rows[0]?.state === "champion", `${rows.length} champions on record`);
  const [row] = rows;
  if (!row) return;
  const text = JSON.stringify(row.signed_manifest);
  try {
    const manifest = verifySignedManifest(text, await trustedKeys());
    must(manifest.serial === row.serial, "the champion's manifest has another serial than its row");
    must(
      manifest.weights.digest === row.weights_digest,
      "the champion's manifest names other weights than its row",
    );
    const bytes = await store.get(manifest.weights.digest);
    must(bytes.byteLength === manifest.weights.sizeBytes, "the champion's weights have another size");
  } catch (error) {
    must(false, `the champion is not valid: ${describeError(error)}`);
  }
  const pointer = await store.readPointer(currentModelPointer);
  const { signedManifest: shipped } = await readBaselineManifest();
  const offered = pointer === null ? shipped.signature.value : JSON.parse(pointer).signature.value;
  must(offered === row.signed_manifest.signature.value, "the pointer names another version than the record");
  const champions = await sql`select count(*)::int as n from model_versions where state = 'champion'`;
  must(champions[0]?.n === 1, `${champions[0]?.n} versions are marked as champion`);
}

/** Their one transaction is the run's end; a crash right after it leaves nothing to be done, and nobody does it again. */
const endingSteps = ["notify", "skip", "fail"];

async function checkRuns({ sql }: InvariantInputs, must: Must): Promise<void> {
  const runs = await sql`select * from training_runs order by key`;
  for (const run of runs) {
    must(
      ["succeeded", "failed", "skipped", "cancelled"].includes(run.state),
      `${run.key} is ${run.state} at ${run.stage}`,
    );
    must(typeof run.reason === "string" && run.reason.length > 10, `${run.key} ended without a reason`);
    must(
      !/Failed query|ECONN|ENOENT|ENOSPC/.test(run.reason ?? ""),
      `${run.key} ended with an internal text: ${run.reason}`,
    );
    if (run.state === "failed")
      must(run.error_code !== "UNKNOWN" && run.error_code, `${run.key} failed without a code: ${run.reason}`);
    const events = await sql`select action from audit_events where entity_id = ${run.id} order by id`;
    const count = (action: string) => events.filter((event) => event.action === action).length;
    must(
      count("training_run.started") === 1,
      `${run.key} was started ${count("training_run.started")} times`,
    );
    const ends = ["succeeded", "failed", "skipped", "cancelled"].reduce(
      (sum, state) => sum + count(`training_run.${state}`),
      0,
    );
    must(ends === 1, `${run.key} ended ${ends} times`);
    must(
      count("model_version.kept") <= 1,
      `${run.key} kept the champion ${count("model_version.kept")} times`,
    );
    must(count("model_version.review_requested") <= 1, `${run.key} asked for review more than once`);
    if (run.state === "failed" || run.state === "cancelled") continue;
    const open =
      await sql`select name from run_steps where run_id = ${run.id} and output is null and name not in ${sql(endingSteps)}`;
    must(open.length === 0, `${run.key} ended with open steps: ${open.map((step) => step.name).join(", ")}`);
  }
}

/** A cancel came too late and the run went its way, or the run ended by it and nothing ever came of it. */
async function checkCancel({ plan, sql }: InvariantInputs, must: Must): Promise<void> {
  if (!plan.faults.some(({ kind }) => kind === "cancel")) return;
  const [run] = await sql`select id, state, reason from training_runs order by key`;
  const events = await sql`select action from audit_events where entity_id = ${run?.id ?? ""}`;
  const asked = events.filter(({ action }) => action === "training_run.cancel_requested").length;
  must(asked <= 1, `the cancel is on record ${asked} times`);
  const expected = asked === 0 ? "succeeded" : "cancelled";
  must(run?.state === expected, `a run with ${asked} cancels ended as ${run?.state}: ${run?.reason}`);
  if (run?.state !== "cancelled") return;
  const came = await sql`
    select version as what from model_versions where run_id = ${run.id}
    union all select 'a review' from promotion_reviews where run_id = ${run.id}
    union all select action from audit_events where entity_id = ${run.id} and action like 'model_version.%'`;
  must(came.length === 0, `of a cancelled run came ${came.map(({ what }) => what).join(", ")}`);
}

async function checkRecord({ sql }: InvariantInputs, must: Must): Promise<void> {
  const looks =
    await sql`select l.*, r.state from alpha_ledger l join training_runs r on r.id = l.run_id order by look`;
  must(
    looks.every((row, index) => row.look === index + 1),
    "the ledger's looks are not 1, 2, …",
  );
  for (const look of looks) {
    const [decision] = await sql`select outcome from decisions where look = ${look.look}`;
    if (look.state === "succeeded")
      must(look.outcome !== null, `look ${look.look} of a run that succeeded is not settled`);
    must(look.outcome === (decision?.outcome ?? null), `look ${look.look} and its decision differ`);
  }
  const versions =
    await sql`select serial, version, run_id from model_versions where run_id is not null order by serial`;
  for (const { version, run_id: runId } of versions) {
    const events =
      await sql`select 1 from audit_events where action = 'model_version.published' and entity_id = ${version}`;
    must(events.length === 1, `${version} was published ${events.length} times in the audit log`);
    const twice = versions.filter((other) => other.run_id === runId);
    must(twice.length === 1, `run ${runId} published ${twice.length} versions`);
  }
  const locks = await sql`select * from trainer_lock where expires_at >= now()`;
  must(locks.length === 0, `the trainer lock is still held by ${locks[0]?.run_id}`);
}

/** The loop ends as it would have ended undisturbed, on the first day or, where a fault ended that run, on the second. */
async function checkResult({ plan, reference, sql }: InvariantInputs, must: Must): Promise<string | null> {
  const runs = await sql`select * from training_runs order by key`;
  must(runs.length === 2, `${runs.length} runs in two days`);
  const [first, second] = runs;
  if (mustComplete(plan.faults))
    must(first?.state === "succeeded", `the run ${first?.state}: ${first?.reason}`);
  const done = first?.state === "succeeded" ? first : second;
  must(done?.state === "succeeded", `no run succeeded; the second: ${second?.state}: ${second?.reason}`);
  if (done === first)
    must(second?.state === "skipped", `a day without new data was ${second?.state}: ${second?.reason}`);
  if (!done) return null;
  const [decision] =
    await sql`select outcome, challenger_weights_digest as digest from decisions where run_id = ${done.id}`;
  must(
    decision?.outcome === plan.scenario,
    `the decision was ${decision?.outcome}, not ${plan.scenario}: ${done.reason}`,
  );
  const published = await sql`select 1 from model_versions where run_id is not null`;
  must(
    published.length === (plan.scenario === "promote" ? 1 : 0),
    `${published.length} versions were published`,
  );
  const reviews = await sql`select state from promotion_reviews`;
  must(reviews.length === (plan.scenario === "review" ? 1 : 0), `${reviews.length} reviews were asked for`);
  const digest = (decision?.digest as string | undefined) ?? null;
  if (reference)
    must(digest === reference.weightsDigest, "the weights differ from those of an undisturbed run");
  const epochs = await sql`select count(*)::int as n from epoch_metrics where run_id = ${done.id}`;
  must(epochs[0]?.n === 1, `${epochs[0]?.n} epochs on record, not 1`);
  return digest;
}

const longestTemporaryMs = 25 * 60 * 60_000;
/** A SIGKILL can leave one file half-written in each process that it hits. */
const temporaryPerFault = 3;

async function checkFiles({ data, plan }: InvariantInputs, must: Must): Promise<void> {
  const artifacts = path.join(data, "artifacts");
  for (const file of filesBelow(path.join(artifacts, "sha256"))) {
    const digest = createHash("sha256").update(readFileSync(file)).digest("hex");
    must(path.basename(file) === digest, `${file} holds other bytes than its name says`);
  }
  const trainerLeft = filesBelow(path.join(data, "trainer")).filter((file) => file.endsWith(".tmp"));
  must(trainerLeft.length === 0, `the trainer left ${trainerLeft.join(", ")}`);
  const temporary = path.join(artifacts, "tmp");
  const left = filesBelow(temporary);
  must(left.length <= temporaryPerFault * plan.faults.length, `${left.length} temporary files are left`);
  const old = new Date(Date.now() - longestTemporaryMs);
  for (const file of left) utimesSync(file, old, old);
  await folderArtifactStore(artifacts).put(new Uint8Array([1]));
  must(filesBelow(temporary).length === 0, "temporary files are never removed");
}

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
      .map((name) => path.join(folder, name))
      .filter((file) => statSync(file).isFile());
  } catch {
    return [];
  }
}
