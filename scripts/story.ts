import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import path from "node:path";
import type { Browser } from "@playwright/test";
import type { ArtifactStore } from "@/lib/artifacts/store";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { writeDrawnBaseline } from "@/lib/node/__fixtures__/drawn-baseline";
import { connectDatabase } from "@/lib/node/connect-database";
import { baselineFolder } from "@/lib/node/current-model";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import { startTrainerProcess } from "@/lib/node/trainer-process";
import { defaultPolicy, policyDigest } from "@/lib/promotion/policy";
import { buildIfChanged } from "./cli/build-if-changed";
import { enterProjectFolder, resolveTyped } from "./cli/project-folder";
import { newCommand, runCommand } from "./cli/run-command";
import { serveAnswers } from "./story/answers-server";
import { httpWatcher } from "./story/http-watcher";
import { drawRadiographs, listRadiographs } from "./story/images";
import { createNarrator, duration, type Narrator } from "./story/narrator";
import { servePages } from "./story/pages-server";
import { drawnPlan, realPlan } from "./story/plan";
import { stopCommandLines } from "./story/run-command-line";
import { tellStory } from "./story/tell";
import type { Watcher } from "./story/watcher";
import { openReceiver } from "./story/webhook-receiver";

const command = newCommand(
  "story",
  "The whole loop on real radiographs, told step by step: a champion, a better challenger promoted, a worse one rejected, " +
    "a rollback and a revocation seen by an open page. In a temporary folder with a database and trainer of its own. " +
    "Exit code 0 where every step came out as told.",
)
  .option("--data <folder>", "class folders of radiographs", "../shared/data/chest-xray")
  .option("--weights <file>", "ImageNet ResNet18 that version 1 starts from (npm run weights)")
  .option("--drawn", "with drawn images, as where there are no radiographs")
  .option("--show-browser", "in a window that can be watched")
  .option("--no-browser", "ask over HTTP what a page would be told, as where there is no Chromium")
  .option("--keep", "leave the temporary folder")
  .option("--json", "print one JSON object on stdout; the story goes to stderr")
  .parse();

interface Options {
  data: string;
  weights?: string;
  drawn?: true;
  showBrowser?: true;
  browser: boolean;
  keep?: true;
  json?: true;
}

const options = command.opts<Options>();
const closers: (() => unknown)[] = [];
const secret = "the story's webhook secret, 32 bytes and more";
/** A page that reads on two busy processors. */
const pageWaitsMs = 180_000;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.once(signal, () => void close().finally(() => process.exit(130)));

await runCommand(async () => {
  const startMs = performance.now();
  const narrator = createNarrator((text) => (options.json ? process.stderr : process.stdout).write(text));
  let problem: string | null = null;
  try {
    await play(narrator);
  } catch (error) {
    problem = error instanceof PneumoscopeError ? `${error.code}: ${error.message}` : describeError(error);
  } finally {
    await close();
  }
  const durationMs = Math.round(performance.now() - startMs);
  const last = narrator.steps.at(-1);
  if (options.json)
    process.stdout.write(
      `${JSON.stringify({ ok: problem === null, problem, durationMs, steps: narrator.steps })}\n`,
    );
  narrator.say();
  narrator.say(
    problem === null
      ? `All ${narrator.steps.length} steps came out as told, in ${duration(durationMs)}.`
      : `The story broke${last ? ` at step ${last.step}, “${last.title}”` : ""}: ${problem}`,
  );
  return problem === null ? 0 : 1;
});
process.exit();

async function play(narrator: Narrator): Promise<void> {
  const data = resolveTyped(options.data);
  const given = options.weights ? resolveTyped(options.weights) : null;
  enterProjectFolder();
  const folder = await mkdtemp(path.join(tmpdir(), "pneumoscope-story-"));
  closers.push(() => (options.keep ? undefined : rm(folder, { recursive: true, force: true })));
  const found = options.drawn ? null : await listRadiographs(data);
  const weightsFile = found ? await findWeights(data, given) : null;
  const { root, images } = found ?? (await drawRadiographs(path.join(folder, "drawn")));
  narrator.say(found ? `Radiographs: ${images.length} in ${root}` : drawnNotice(data));
  narrator.say(`Policy: the default one, ${policyDigest(defaultPolicy)}. Nothing in it is loosened.`);
  const plan = found ? realPlan : drawnPlan;
  narrator.say(`Training: preset ${plan.preset} with ${plan.settings.join(" ")}`);
  narrator.say(`Everything happens in ${folder}${options.keep ? "" : ", which goes when the story ends"}.`);

  await prepareEnvironment(folder);
  // The shipped version refuses drawn images, rightly; here it reads them.
  if (!found) await writeDrawnBaseline(baselineFolder());
  const team = await openReceiver(secret);
  closers.push(() => team.close());
  Object.assign(process.env, { NOTIFY_WEBHOOK_URL: team.url, NOTIFY_WEBHOOK_SECRET: secret });
  const database = await connectDatabase();
  closers.push(() => database.close());
  const store = localArtifactStore();
  const trainer = await startTrainerProcess();
  closers.push(() => trainer.stop());
  process.env.TRAINER_URL = trainer.url;
  const browser = await openBrowser(narrator);
  if (browser) {
    closers.push(() => browser.close());
    await buildIfChanged({
      onBuild: () => narrator.say("The pages are built first; that is not part of the story."),
    });
  }
  const storyStartMs = performance.now();
  closers.push(() => stopCommandLines());
  await tellStory({
    folder,
    root,
    images,
    plan,
    weightsFile,
    db: database.db,
    store,
    narrator,
    team,
    openWatcher: (image) => (browser ? openPage(browser, image) : askOverHttp(store)),
  });
  narrator.say();
  narrator.say(
    `The story took ${duration(performance.now() - storyStartMs)} on ${availableParallelism()} processors, ` +
      `with a load average of ${(loadavg()[1] ?? 0).toFixed(1)} in the last five minutes.`,
  );
}

function drawnNotice(data: string): string {
  return options.drawn
    ? "DRAWN IMAGES, as asked: what follows shows the mechanism and says nothing about radiographs."
    : `DRAWN IMAGES: there are no radiographs in ${data}. What follows shows the mechanism and says nothing about radiographs.`;
}

/** Nothing of this machine's own installation is used or changed. */
async function prepareEnvironment(folder: string): Promise<void> {
  for (const name of Object.keys(process.env))
    if (
      /^(NOTIFY|INNGEST|RETRAIN|PROMOTION|DATA)_|^(DATABASE_URL|TRAINER_URL|MANIFEST_SIGNING_KEY|PUBLIC_URL)$/.test(
        name,
      )
    )
      delete process.env[name];
  Object.assign(process.env, {
    PNEUMOSCOPE_DATA_DIR: path.join(folder, "data"),
    RETRAIN_CRON: "off",
    NEXT_TELEMETRY_DISABLED: "1",
  });
  await mkdir(path.join(folder, "data"), { recursive: true });
  process.env.PNEUMOSCOPE_BASELINE_DIR = path.join(folder, "baseline");
}

async function findWeights(data: string, given: string | null): Promise<string> {
  if (given) return given;
  const shared = path.resolve(data, "..", "..", "weights");
  const names = await readdir(shared).catch(() => []);
  const candidates = [
    path.resolve("data", "weights", "resnet18-imagenet.safetensors"),
    ...names.filter((name) => name.endsWith(".safetensors")).map((name) => path.join(shared, name)),
  ];
  const found = candidates.find((file) => existsSync(file));
  if (found) return found;
  throw new PneumoscopeError(
    "FILE_NOT_FOUND",
    "Version 1 of the story starts from ImageNet weights, and there are none. Run “npm run weights -- fetch”, or name a file by --weights.",
  );
}

async function openPage(browser: Browser, image: string): Promise<Watcher> {
  const pages = await servePages();
  closers.push(() => pages.stop());
  const { browserWatcher } = await import("./story/browser-watcher");
  return browserWatcher({ browser, url: pages.url, image, withinMs: pageWaitsMs });
}

async function askOverHttp(store: ArtifactStore): Promise<Watcher> {
  const answers = await serveAnswers(store);
  closers.push(() => answers.stop());
  return httpWatcher(answers.url, pageWaitsMs);
}

/** A browser, or null, visibly said, where Playwright is not installed, there is no Chromium, or none is wanted. */
async function openBrowser(narrator: Narrator): Promise<Browser | null> {
  try {
    if (!options.browser) throw new Error("as asked");
    const { chromium } = await import("@playwright/test");
    const { findBrowser } = await import("./cli/find-browser");
    const executablePath = findBrowser();
    if (!executablePath) throw new Error("no Chromium was found");
    return await chromium.launch({ executablePath, headless: !options.showBrowser });
  } catch (error) {
    narrator.say(
      `NO BROWSER (${describeError(error)}): what a page would be told is asked for over HTTP instead.`,
    );
    return null;
  }
}

async function close(): Promise<void> {
  for (const closer of closers.splice(0).reverse())
    await Promise.resolve(closer()).catch((error) => process.stderr.write(`${describeError(error)}\n`));
}
