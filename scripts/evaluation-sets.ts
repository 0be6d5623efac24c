import type { EvaluationSet } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import type { EvaluationDocument } from "@/lib/evaluation/document";
import { writeHtml } from "@/lib/evaluation/write-html";
import type { Interval } from "@/lib/metrics/interval";
import { type ConnectedDatabase, connectDatabase } from "@/lib/node/connect-database";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import { writeFileAtomic } from "@/lib/node/write-file";
import { addEvaluationSet } from "@/lib/server/evaluation-sets/add";
import { findEvaluation, loadDocument } from "@/lib/server/evaluation-sets/evaluations";
import { listEvaluationSets, requireEvaluationSet } from "@/lib/server/evaluation-sets/list";
import { removeEvaluationSet } from "@/lib/server/evaluation-sets/remove";
import { findChampion, listModelVersions } from "@/lib/server/model-versions/current";
import { progressLine } from "./cli/progress";
import { enterProjectFolder, resolveTyped } from "./cli/project-folder";
import { newCommand, runCommand } from "./cli/run-command";

const command = newCommand(
  "evaluation-sets",
  "Labelled images of other sites, machines or months that every model is scored on and none is trained on.",
);
const actor = "command";

command
  .command("add")
  .description("register a folder that holds NORMAL/ and PNEUMONIA/; its images are copied")
  .argument("<name>", "what policies and reports call it")
  .argument("<folder>", "it must share no image and no patient with the data or with another set")
  .option("--json", "print one JSON object")
  .action((name: string, typed: string, { json }: { json?: boolean }) =>
    runCommand(async () => {
      const folder = resolveTyped(typed);
      const progress = progressLine();
      const set = await withDatabase(({ db }) =>
        addEvaluationSet(
          { db, store: localArtifactStore() },
          { name, folder, actor },
          { onProgress: ({ done, total }) => progress.update(`${done} of ${total} files`) },
        ),
      );
      progress.done();
      process.stdout.write(json ? `${JSON.stringify(set)}\n` : `${describe(set)}\n`);
    }),
  );

command
  .command("list")
  .description("the registered sets, with the champion's figures where it was scored on them")
  .option("--json", "print one JSON array")
  .action(({ json }: { json?: boolean }) =>
    runCommand(async () => {
      const listed = await withDatabase(listWithFigures);
      if (json) process.stdout.write(`${JSON.stringify(listed)}\n`);
      else if (listed.length === 0) process.stdout.write("No evaluation set is registered.\n");
      else
        for (const { champion, ...set } of listed)
          process.stdout.write(`${describe(set)}${champion ? describeFigures(champion) : ""}\n`);
    }),
  );

command
  .command("report")
  .description("the evaluation document of the champion, or of another version, on a set")
  .argument("<name>")
  .option("--model <version>", "another published version, e.g. v3")
  .option("--html <file>", "write a report with curves and tables")
  .option("--json", "print the document")
  .action((name: string, { model, html, json }: { model?: string; html?: string; json?: boolean }) =>
    runCommand(async () => {
      const file = html && resolveTyped(html);
      const { document, version } = await withDatabase((database) => findDocument(database, name, model));
      if (file) await writeFileAtomic(file, await writeHtml(document, version));
      const line = `${name}:${describeFigures({ ...document.all, version })}`;
      process.stdout.write(json ? `${JSON.stringify(document)}\n` : `${line}\n`);
    }),
  );

command
  .command("remove")
  .description("take a set out of use; what was read of it stays on record")
  .argument("<name>")
  .action((name: string) =>
    runCommand(() => withDatabase(({ db }) => removeEvaluationSet(db, { name, actor }))),
  );

await command.parseAsync();

async function withDatabase<T>(work: (database: ConnectedDatabase) => Promise<T>): Promise<T> {
  enterProjectFolder();
  const database = await connectDatabase();
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

async function findDocument(
  { db }: ConnectedDatabase,
  name: string,
  version: string | undefined,
): Promise<{ document: EvaluationDocument; version: string }> {
  const set = await requireEvaluationSet(db, name);
  const published = version
    ? (await listModelVersions(db)).find((row) => row.version === version)
    : await findChampion(db);
  const row = published && (await findEvaluation(db, published.weightsDigest, set.digest));
  if (published && row) {
    return { document: await loadDocument(localArtifactStore(), row), version: published.version };
  }
  throw new PneumoscopeError(
    published ? "RUN_NOT_FOUND" : "MODEL_VERSION_NOT_FOUND",
    published
      ? `${published.version} was never read on evaluation set “${name}”. The next run of the loop does it.`
      : `There is no model version ${version ?? "here yet"}.`,
  );
}

interface Named {
  version: string;
  auc: Interval;
  sensitivity: Interval;
  specificity: Interval;
}

interface ChampionFigures extends Named {
  documentDigest: string;
}

async function listWithFigures({
  db,
}: ConnectedDatabase): Promise<(EvaluationSet & { champion: ChampionFigures | null })[]> {
  const [sets, champion, store] = [
    await listEvaluationSets(db),
    await findChampion(db),
    localArtifactStore(),
  ];
  return Promise.all(
    sets.map(async (set) => {
      const row = champion && (await findEvaluation(db, champion.weightsDigest, set.digest));
      if (!row) return { ...set, champion: null };
      const { auc, sensitivity, specificity } = (await loadDocument(store, row)).all;
      const { documentDigest } = row;
      return {
        ...set,
        champion: { version: champion.version, documentDigest, auc, sensitivity, specificity },
      };
    }),
  );
}

function describe({ name, images, patients, positives, unreadable, digest }: EvaluationSet): string {
  return (
    `${name}: ${images} images of ${patients} patients, ${positives} PNEUMONIA, ${images - positives} NORMAL` +
    `${unreadable > 0 ? `, ${unreadable} unreadable files left out` : ""}\n  ${digest}`
  );
}

function describeFigures({ version, auc, sensitivity, specificity }: Named): string {
  const figure = (name: string, { value, low, high }: Interval) =>
    value === null || low === null || high === null
      ? `${name} n/a`
      : `${name} ${value.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
  return `\n  ${version}: ${figure("AUC", auc)}, ${figure("sensitivity", sensitivity)}, ${figure("specificity", specificity)}`;
}
