import path from "node:path";
import { classNames } from "@/lib/dataset/listing";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import { importFolder } from "@/lib/node/import-dataset";
import { writeFileAtomic } from "@/lib/node/write-file";
import { imageKeys } from "@/trainer/data/image-keys";
import { loadCases, samplePatients } from "@/trainer/data/load-cases";
import { augmentedImage } from "@/trainer/data/micro-batch";
import { wholeNumber } from "./cli/option-values";
import { progressLine } from "./cli/progress";
import { enterProjectFolder, resolveTyped } from "./cli/project-folder";
import { newCommand, runCommand } from "./cli/run-command";
import { type ConfigOptions, readConfig, withConfigOptions } from "./training/config-options";
import { contactSheet, mixedClasses } from "./training/contact-sheet";

const command = withConfigOptions(
  newCommand(
    "augmentations",
    "A contact sheet of what a configuration trains on: images as they are, then as each of the first epochs sees them.",
  )
    .requiredOption("--data <folder>", "a folder with NORMAL/ and PNEUMONIA/; training patients are shown")
    .requiredOption("--out <file>", "a PNG file")
    .option("--images <n>", "rows, of both classes by turns", wholeNumber(1, 100), 6)
    .option("--draws <n>", "epochs, each a column", wholeNumber(1, 50), 8)
    .option("--side <pixels>", "of a cell; by default the size that is trained on", wholeNumber(16, 512)),
).parse();

interface Options extends ConfigOptions {
  data: string;
  out: string;
  images: number;
  draws: number;
  side?: number;
}

await runCommand(async () => {
  const options = command.opts<Options>();
  const [data, out] = [resolveTyped(options.data), resolveTyped(options.out)];
  const config = await readConfig(options);
  enterProjectFolder();
  const store = localArtifactStore();
  const progress = progressLine();
  const { listing } = await importFolder(data, store, {
    onProgress: ({ done, total }) => progress.update(`reading ${done} of ${total}`),
  });
  const side = options.side ?? config.imageSize;
  const trained = samplePatients(
    listing.cases.filter((item) => item.split === "train"),
    config.dataFraction,
    config.seed,
  );
  const shown = mixedClasses(trained, options.images, config.seed);
  const load = (size: number) =>
    loadCases(
      store,
      shown.map((index) => trained[index] as (typeof trained)[number]),
      { size, signal: new AbortController().signal, onProgress: () => undefined },
    );
  const images = await load(side);
  // Views are drawn by the image at the size that is trained on, whatever size is shown.
  const keys = imageKeys((await load(config.imageSize)).gray, config.imageSize);
  progress.done();
  const rows = keys.map((key, row) => {
    const gray = images.gray.subarray(row * side * side, (row + 1) * side * side);
    const draws = Array.from({ length: options.draws }, (_, draw) =>
      augmentedImage(gray, key, draw + 1, { ...config, imageSize: side }),
    );
    const { label, caseId } = images.cases[row] as (typeof images.cases)[number];
    return { name: `${path.basename(caseId).slice(0, 24)}\n${classNames[label]}`, cells: [gray, ...draws] };
  });
  const columns = ["as it is", ...Array.from({ length: options.draws }, (_, draw) => `epoch ${draw + 1}`)];
  await writeFileAtomic(out, await contactSheet(columns, rows, side));
  process.stdout.write(
    `${rows.map((row, i) => `${i + 1}  ${row.name.replace("\n", "  ")}`).join("\n")}\n${out}\n`,
  );
});
