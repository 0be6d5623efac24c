import { rm } from "node:fs/promises";
import { canonicalBytes, digestOfSync } from "@/lib/manifest";
import { inDataDirectory } from "@/lib/node/data-directory";
import { crossValidationTable, summariseFolds } from "@/lib/training/cross-validation";
import { openLocalTraining, storeWeightsFile } from "./cli/local-training";
import { wholeNumber } from "./cli/option-values";
import { enterProjectFolder, resolveTyped } from "./cli/project-folder";
import { newCommand, runCommand } from "./cli/run-command";
import { type ConfigOptions, readConfig, withConfigOptions } from "./training/config-options";
import { fetchedWeights } from "./training/initial-weights";
import { runFolds } from "./training/run-folds";

const command = withConfigOptions(
  newCommand(
    "cross-validate",
    "Train and test by turns, so that every patient is tested by a model that was not trained on them. " +
      "Held-out patients of the dataset version are left out: what is chosen here must not be chosen on them. " +
      "An interrupted run goes on with the fold that it was at.",
  )
    .requiredOption("--data <folder>", "a folder with NORMAL/ and PNEUMONIA/")
    .option("--folds <n>", "how many", wholeNumber(2, 50), 5)
    .option("--seed <n>", "of the folds", wholeNumber(0, 2 ** 31 - 1), 1)
    .option(
      "--weights <file>",
      "what each fold starts from; by default the ImageNet file that npm run weights -- fetch gets. " +
        "A published version will not do: it has seen the patients of every fold",
    )
    .option("--held-out", "take in the held-out patients as well")
    .option("--again", "train folds anew whose results are kept from before")
    .option("--json", "print one JSON object"),
).parse();

interface Options extends ConfigOptions {
  data: string;
  folds: number;
  seed: number;
  weights?: string;
  heldOut?: boolean;
  again?: boolean;
  json?: boolean;
}

await runCommand(async () => {
  const options = command.opts<Options>();
  const data = resolveTyped(options.data);
  const typed = options.weights && resolveTyped(options.weights);
  const config = await readConfig(options);
  enterProjectFolder();
  const weights = typed ?? (await fetchedWeights());
  const training = await openLocalTraining();
  const { listing, listingDigest } = await training.importData(data);
  const cases = listing.cases.filter((item) => options.heldOut || item.split !== "test");
  const initialWeightsDigest = await storeWeightsFile(training.store, weights);
  const { folds, seed } = options;
  const engine = training.engine.name;
  const what = {
    listingDigest,
    config,
    initialWeightsDigest,
    folds,
    seed,
    engine,
    heldOut: !!options.heldOut,
  };
  const key = digestOfSync(canonicalBytes(what)).slice(7, 19);
  const folder = inDataDirectory("cross-validation", key);
  if (options.again) await rm(folder, { recursive: true, force: true });
  const results = await runFolds(training, { cases, folds, seed, config, initialWeightsDigest, folder });
  const summary = summariseFolds(results);
  training.progress.done(`Results of the folds are in ${folder}.`);
  process.stdout.write(
    `${options.json ? JSON.stringify({ ...what, ...summary }) : crossValidationTable(summary)}\n`,
  );
});
