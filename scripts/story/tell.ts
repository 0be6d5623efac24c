import path from "node:path";
import { z } from "zod";
import type { DecisionRow } from "@/drizzle/schema";
import type { ArtifactStore } from "@/lib/artifacts/store";
import { assignSplit, defaultSalt } from "@/lib/dataset/assign-split";
import { patientKey } from "@/lib/dataset/patient-key";
import type { ConnectedDatabase } from "@/lib/node/connect-database";
import { findChampion } from "@/lib/server/model-versions/current";
import { registerBaseline } from "@/lib/server/model-versions/register-baseline";
import { getRun } from "@/lib/server/training-runs/runs";
import { blockingRules, decisionLines } from "./decision-record";
import { layOut } from "./images";
import { expectOutcome, type Narrator, type StepRecord } from "./narrator";
import { mixUpLabels, pickPatients, type StoryImage } from "./pick-images";
import type { StoryPlan } from "./plan";
import { runCommandLine } from "./run-command-line";
import type { Watcher } from "./watcher";
import type { openReceiver } from "./webhook-receiver";

export interface Stage {
  folder: string;
  root: string;
  images: readonly StoryImage[];
  plan: StoryPlan;
  /** ImageNet weights that version 1 starts from. */
  weightsFile: string | null;
  db: ConnectedDatabase["db"];
  store: ArtifactStore;
  narrator: Narrator;
  /** Opens when version 1 is there. */
  openWatcher(image: string): Promise<Watcher>;
  team: Awaited<ReturnType<typeof openReceiver>>;
}

const by = ["--by", "the-storyteller"];
const retrainSchema = z.object({
  status: z.string(),
  reason: z.string(),
  runId: z.string(),
  version: z.string().nullable(),
});
const importSchema = z.object({ version: z.string(), images: z.number(), patients: z.number() });

type Facts = StepRecord["facts"];

/** The story, from the first images to the revocation. @throws StoryBroken in the step that came out otherwise */
export async function tellStory(stage: Stage): Promise<void> {
  const { narrator, plan, images } = stage;
  const { step } = narrator;
  const taken = new Set<string>();
  const first = pickPatients(images, plan.first, { seed: 1, taken });
  const more = pickPatients(images, plan.more, { seed: 2, taken });

  await step("The first images arrive: a dataset version with few patients", (facts) =>
    importVersion(stage, "first", first, facts),
  );
  await step("A champion is trained on them", (facts) => trainChampion(stage, facts));
  const watcher = await step("Somebody opens the page and reads a radiograph", async (facts) => {
    // Of a patient on whom no version is ever trained.
    const held = more.find(
      ({ className, file }) =>
        className === "PNEUMONIA" && assignSplit(patientKey(file), defaultSalt) === "test",
    ) as StoryImage;
    const opened = await stage.openWatcher(path.join(stage.root, held.file));
    const seen = await opened.open();
    narrator.say(`Seen by: ${opened.kind}. The page reads with ${seen.version}${probability(seen)}.`);
    expectOutcome(seen.version === "v1", `The page reads with ${seen.version}, not with v1.`);
    Object.assign(facts, { seenBy: opened.kind, ...seen });
    return opened;
  });
  try {
    await continueStory(stage, watcher, { first, more });
  } finally {
    await watcher.close();
  }
}

async function continueStory(
  stage: Stage,
  watcher: Watcher,
  { first, more }: { first: StoryImage[]; more: StoryImage[] },
): Promise<void> {
  const { narrator, plan } = stage;
  const { step } = narrator;
  await step("More patients: a second dataset version", (facts) =>
    importVersion(stage, "second", more, facts),
  );
  await step("The loop trains a challenger on it; it is better and is promoted", async (facts) => {
    const { status, version, decision } = await retrain(stage, facts);
    expectOutcome(
      status === "promoted" && version === "v2",
      `The challenger was not promoted (${status}): ${blockingRules(decision).join(", ")} blocked it.`,
    );
  });
  await step(
    "The open page is offered the new version, goes on reading, and takes it when asked",
    async (facts) => {
      const before = await watcher.offered("v2");
      expectOutcome(before.version === "v1", "The page changed its model without being asked.");
      const after = await watcher.take("v2");
      narrator.say(`v1${probability(before)} → v2${probability(after)}`);
      Object.assign(facts, { before, after });
    },
  );
  await step("A mistake: the same images come again, and many labels are mixed up", (facts) => {
    const all = [...first, ...more];
    const isTrained = ({ file }: StoryImage) => assignSplit(patientKey(file), defaultSalt) === "train";
    const trained = mixUpLabels(all.filter(isTrained), plan.mixedUpShare, 4);
    const wrong = trained.filter(({ className, file }) => !file.startsWith(className)).length;
    narrator.say(
      `${wrong} of ${trained.length} images of training patients lie in the other class's folder.`,
    );
    facts.mixedUp = wrong;
    const held = all.filter((image) => !isTrained(image));
    return importVersion(stage, "mixed-up", [...trained, ...held], facts);
  });
  await step("The loop trains a challenger on that; it is rejected, and the rule is named", async (facts) => {
    const { status, decision } = await retrain(stage, facts);
    const rules = blockingRules(decision);
    const { champion, challenger } = decision.comparison.aucDifference;
    expectOutcome(
      champion !== null && challenger !== null && challenger < champion,
      "Mixed-up labels made no worse model.",
    );
    expectOutcome(status === "kept", `The challenger was not rejected: ${status}.`);
    expectOutcome(
      rules.some((rule) => rule === "auc-better" || rule.startsWith("sensitivity")),
      `It was rejected for another reason than its quality: ${rules.join(", ")}.`,
    );
    narrator.say(`Rejected by: ${rules.join(", ")}. The champion stays ${await championOf(stage)}.`);
    expectOutcome((await championOf(stage)) === "v2", "The champion changed.");
    facts.rejectedBy = rules;
  });
  await step(
    "A person rolls back to version 1: a new signed manifest with a higher serial",
    async (facts) => {
      await models(stage, ["rollback", "v1", ...by, "--reason", "v2 is being looked into"]);
      const champion = await championOf(stage);
      expectOutcome(champion === "v3", `The champion is ${champion}, not v3.`);
      const seen = await watcher.offered("v3");
      narrator.say(`The open page is offered v3 and still reads with ${seen.version}${probability(seen)}.`);
      expectOutcome(seen.version === "v2", "The page changed its model without being asked.");
      facts.seen = seen;
    },
  );
  await step("A person revokes version 2: the open page stops it by itself and says why", async (facts) => {
    const reason = "it was trained with a wrong setting";
    const stopped = watcher.stopped("v2", reason);
    // Whoever waits is told by the outcome; a failure before must not end the process.
    stopped.catch(() => undefined);
    await models(stage, ["revoke", "v2", ...by, "--reason", reason]);
    const seen = await stopped;
    narrator.say(`Seen after ${(seen.afterMs / 1000).toFixed(0)} s: «${seen.text.replaceAll(/\s+/g, " ")}»`);
    narrator.say(`It reads on with ${seen.successor}${probability(seen.again)}.`);
    expectOutcome(seen.text.includes(reason), "The page does not say why.");
    expectOutcome(seen.successor === "v3", `The page reads on with ${seen.successor}, not with v3.`);
    Object.assign(facts, seen);
  });
  await step("Every manifest that was ever published still verifies", async (facts) => {
    await models(stage, ["verify"]);
    facts.verified = true;
  });
  await step("What the team was told", async (facts) => {
    const told = await hearTeam(stage);
    facts.told = told;
  });
}

/** The images arrive in a folder of their own; those that are new are added to the current dataset version. */
async function importVersion(
  stage: Stage,
  name: string,
  images: readonly StoryImage[],
  facts: Facts,
): Promise<void> {
  const folder = path.join(stage.folder, "arrived", name);
  await layOut(stage.root, images, folder);
  const addTo = name !== "second" ? [] : ["--add-to", "current"];
  const { stdout, exitCode } = await runCommandLine("data", ["import", folder, ...addTo, "--json"], stage);
  expectOutcome(exitCode === 0, `npm run data ended with exit code ${exitCode}.`);
  const version = importSchema.parse(JSON.parse(lastLine(stdout)));
  stage.narrator.say(
    `${version.images} images of ${version.patients} patients: dataset version ${version.version.slice(0, 19)}…`,
  );
  Object.assign(facts, version);
}

async function trainChampion(stage: Stage, facts: Facts): Promise<void> {
  const { plan, weightsFile, narrator } = stage;
  if (plan.baselineSettings && weightsFile) {
    const folder = path.join(stage.folder, "arrived", "first");
    const out = process.env.PNEUMOSCOPE_BASELINE_DIR as string;
    const args = [
      "--data",
      folder,
      "--weights",
      weightsFile,
      "--out",
      out,
      "--set",
      ...plan.baselineSettings,
    ];
    const { exitCode } = await runCommandLine("baseline", args, { narrator, shown: isMilestone });
    expectOutcome(exitCode === 0, `npm run baseline ended with exit code ${exitCode}.`);
  } else {
    narrator.say(
      "Drawn images: the version that the product ships is the champion. It has never seen a drawn one.",
    );
  }
  await registerBaseline(stage.db, stage.store);
  const champion = await findChampion(stage.db);
  expectOutcome(champion?.version === "v1", "Version 1 is not the champion.");
  const { metrics, dataset } = champion.signedManifest.manifest;
  narrator.say(
    `v1 is the champion. Its manifest says: AUC ${metrics.auc.value?.toFixed(3) ?? "–"} on ${dataset.heldOutImages} held-out images.`,
  );
  Object.assign(facts, { version: "v1", auc: metrics.auc.value, heldOutImages: dataset.heldOutImages });
}

interface Retrained {
  status: string;
  version: string | null;
  decision: DecisionRow;
}

async function retrain(stage: Stage, facts: Facts): Promise<Retrained> {
  const { narrator, plan, db } = stage;
  const args = ["--data", "current", "--preset", plan.preset, "--json", "--set", ...plan.settings];
  const { stdout } = await runCommandLine("retrain", args, { narrator, shown: isMilestone });
  const line = lastLine(stdout);
  const parsed = retrainSchema.safeParse(line ? JSON.parse(line) : null);
  expectOutcome(parsed.success, `npm run retrain did not end as a run does: ${line}`);
  const { decision } = await getRun(db, parsed.data.runId);
  expectOutcome(decision !== null, `Nothing was decided: ${parsed.data.reason}`);
  for (const recordLine of decisionLines(decision)) narrator.say(recordLine);
  const { status, version, runId } = parsed.data;
  Object.assign(facts, { status, version, runId, decision });
  return { status, version, decision };
}

async function models({ narrator }: Stage, args: string[]): Promise<void> {
  const { stdout, exitCode } = await runCommandLine("models", args, { narrator });
  for (const line of stdout.trim().split("\n")) narrator.say(line);
  expectOutcome(exitCode === 0, `npm run models -- ${args[0]} ended with exit code ${exitCode}.`);
}

async function hearTeam({ narrator, team }: Stage) {
  const expected = ["promoted", "rejected", "rolled-back", "revoked"];
  await runCommandLine("notify", ["send"], { narrator, shown: () => false });
  const told = await team.wait(expected, 30_000);
  for (const { type, title } of told) narrator.say(`${type.padEnd(12)} ${title}`);
  const missing = expected.filter((type) => !told.some((message) => message.type === type));
  expectOutcome(missing.length === 0, `The team was not told of: ${missing.join(", ")}.`);
  expectOutcome(team.refused() === 0, "A message's signature did not hold.");
  return told;
}

async function championOf({ db }: Stage): Promise<string> {
  return (await findChampion(db))?.version ?? "none";
}

function probability({ probability: value }: { probability: number | null }): string {
  return value === null ? "" : ` (probability of pneumonia ${value.toFixed(3)})`;
}

/** Stages and epochs; the running progress is for a terminal of one's own. */
function isMilestone(line: string): boolean {
  return !/^(train|evaluate) \(|^reading|^(load|train|validate|calibrate|reference|predict)\b.*: \d+ of/.test(
    line,
  );
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
