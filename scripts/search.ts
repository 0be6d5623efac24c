import { rm } from "node:fs/promises";
import { Option } from "commander";
import { PneumoscopeError } from "@/lib/errors";
import { canonicalBytes, digestOfSync } from "@/lib/manifest";
import { inDataDirectory } from "@/lib/node/data-directory";
import { writeFileAtomic } from "@/lib/node/write-file";
import { createRandom } from "@/lib/random";
import { bestTrial, defaultRule, searchTable } from "@/lib/training/search";
import {
  type Candidate,
  gridCandidates,
  parseSearchSpace,
  randomCandidate,
  type SearchSpace,
} from "@/lib/training/search-space";
import { searchSpaces } from "@/lib/training/search-spaces";
import { initialWeights, openLocalTraining } from "./cli/local-training";
import { wholeNumber } from "./cli/option-values";
import { enterProjectFolder, resolveTyped } from "./cli/project-folder";
import { newCommand, runCommand } from "./cli/run-command";
import { readJson } from "./training/config-options";
import { runSearch } from "./training/run-search";

const spaceNames = Object.keys(searchSpaces).join(", ");

const command = newCommand(
  "search",
  "Search for a better configuration on validation patients. Hopeless trials are stopped by the median rule; held-out " +
    "patients are never read. An interrupted search goes on where it was, and one with more trials adds to it.",
)
  .requiredOption("--data <folder>", "a folder with NORMAL/ and PNEUMONIA/")
  .requiredOption("--space <name>", `a JSON file, or one of ${spaceNames}`)
  .addOption(
    new Option("--method <name>", "how candidates are chosen").choices(["random", "grid"]).default("random"),
  )
  .option(
    "--trials <n>",
    "how many; of a grid, so many drawn from it (default: 16, or the whole grid)",
    wholeNumber(1, 10_000),
  )
  .option("--seed <n>", "of the candidates", wholeNumber(0, 2 ** 31 - 1), 1)
  .option("--set <key=value...>", "replaces values in every trial, e.g. --set epochs=4 dataFraction=0.2", [])
  .option(
    "--weights <file>",
    "what every trial starts from; by default the version in use, as npm run retrain",
  )
  .option("--grace-epochs <n>", "epochs that every trial gets", wholeNumber(1, 200), defaultRule.graceEpochs)
  .option("--no-stopping", "train every trial to its end")
  .option("--out <file>", "also write the best configuration there")
  .option("--again", "train trials anew whose results are kept from before")
  .option("--json", "print one JSON object")
  .addHelpText(
    "after",
    '\nA space: { "preset": "daily", "set": ["epochs=4"], "vary": { "learningRate": { "logUniform": [1e-5, 1e-3], "steps": 5 },' +
      '\n  "dropout": { "values": [0, 0.3] }, "augmentation.noise": { "uniform": [0, 20] }, "batchSize": { "values": [16, 32] } } }' +
      "\nThe best configuration goes to npm run retrain -- --config FILE.",
  )
  .parse();

interface Options {
  data: string;
  space: string;
  method: "random" | "grid";
  trials?: number;
  seed: number;
  set: string[];
  weights?: string;
  graceEpochs: number;
  stopping: boolean;
  out?: string;
  again?: boolean;
  json?: boolean;
}

await runCommand(async () => {
  const options = command.opts<Options>();
  const data = resolveTyped(options.data);
  const weights = options.weights && resolveTyped(options.weights);
  const out = options.out && resolveTyped(options.out);
  const space = await readSpace(options);
  const candidates = chooseCandidates(space, options);
  enterProjectFolder();
  const training = await openLocalTraining();
  const { listingDigest } = await training.importData(data);
  const initialWeightsDigest = await initialWeights(training.store, weights);
  const { method, seed, stopping, graceEpochs } = options;
  const rule = { ...defaultRule, graceEpochs: stopping ? graceEpochs : Number.MAX_SAFE_INTEGER };
  const engine = training.engine.name;
  const what = { listingDigest, space, method, seed, initialWeightsDigest, rule, engine };
  // A random search with more trials begins with the same ones; a part of a grid is another part with each size.
  const key = digestOfSync(canonicalBytes({ ...what, of: method === "grid" ? candidates.length : 0 })).slice(
    7,
    19,
  );
  const folder = inDataDirectory("search", key);
  if (options.again) await rm(folder, { recursive: true, force: true });
  const trials = await runSearch(training, {
    candidates,
    datasetDigest: listingDigest,
    initialWeightsDigest,
    rule,
    folder,
  });
  const best = bestTrial(trials);
  training.progress.done(`Results of the trials are in ${folder}.`);
  if (!best)
    throw new PneumoscopeError("TRAINING_DIVERGED", "No trial came to its end. Try lower learning rates.");
  const config = { ...best.config, preset: `${space.preset}, searched` };
  if (out) await writeFileAtomic(out, `${JSON.stringify(config, null, 2)}\n`);
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ ...what, trials, best: config })}\n`
      : `${searchTable(trials)}\n\n${savedEpochs(trials)}\nBest, trial ${best.trial}:\n${JSON.stringify(config, null, 2)}\n`,
  );
});

async function readSpace({ space, set }: Options): Promise<SearchSpace> {
  const named = Object.hasOwn(searchSpaces, space) ? searchSpaces[space] : undefined;
  const parsed = parseSearchSpace(named ?? (await readJson(resolveTyped(space))));
  return parseSearchSpace({ ...parsed, set: [...parsed.set, ...set] });
}

function chooseCandidates(space: SearchSpace, { method, trials, seed }: Options): Candidate[] {
  if (method === "random") {
    return Array.from({ length: trials ?? 16 }, (_, i) => randomCandidate(space, seed, i + 1));
  }
  const grid = gridCandidates(space);
  return trials === undefined || trials >= grid.length
    ? grid
    : createRandom(seed).shuffle(grid).slice(0, trials);
}

function savedEpochs(trials: Awaited<ReturnType<typeof runSearch>>): string {
  const trained = trials.reduce((sum, trial) => sum + trial.epochs.length, 0);
  const planned = trials.reduce((sum, trial) => sum + trial.config.epochs, 0);
  return `${trained} of ${planned} epochs were trained.`;
}
