import { type Command, InvalidArgumentError } from "commander";
import { PneumoscopeError } from "@/lib/errors";
import { type PrunedData, pruneData } from "@/lib/server/retention/prune-data";
import { readSetting } from "@/lib/server/settings/read";
import { newCommand } from "../cli/run-command";
import { print, withData } from "./open-data";

export function pruneCommand(): Command {
  return newCommand(
    "data",
    "Remove what only deleted versions and unfinished imports held: images, thumbnails, listings, reports.",
  )
    .name("prune")
    .option("--days <n>", "keep what was deleted or stored since; else the setting's", wholeDays)
    .option("--dry-run", "only tell what would go")
    .option("--json", "print one JSON object on stdout")
    .action(async ({ json, ...options }: { days?: number; dryRun?: boolean; json?: boolean }) => {
      await withData(async ({ db, store }) => {
        const days = options.days ?? (await readSetting(db, "retention")).value.deletedDataDays;
        if (days === null)
          throw new PneumoscopeError(
            "CONFIG_INVALID",
            "The retention setting keeps data of deleted versions for ever. Give --days.",
          );
        const dryRun = options.dryRun ?? false;
        const pruned = await pruneData({ db, store }, { days, dryRun, actor: "data prune" });
        print(json, { ...pruned, days, dryRun }, describe(pruned, dryRun));
      });
    });
}

function describe(pruned: PrunedData, dryRun: boolean): string {
  const { images, otherFiles, documents, thumbnails, sizeBytes } = pruned;
  return (
    `${dryRun ? "would go" : "removed"}: ${images} images, ${otherFiles} other files, ` +
    `${documents} listings and reports, ${thumbnails} thumbnails; ${sizeBytes} bytes`
  );
}

function wholeDays(text: string): number {
  const days = Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= 3_650) return days;
  throw new InvalidArgumentError("It is a whole number from 1 to 3650: an import may be at work.");
}
