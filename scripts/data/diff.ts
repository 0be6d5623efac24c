import type { Command } from "commander";
import { type CaseChange, diffListings, type ListingDiff } from "@/lib/dataset/diff-listings";
import { classNames, parseListing } from "@/lib/dataset/listing";
import { requireDatasetVersion } from "@/lib/server/dataset-versions/record";
import { newCommand } from "../cli/run-command";
import { print, withData } from "./open-data";

const shown = 20;

export function diffCommand(): Command {
  return newCommand("data", "What one dataset version has that another has not.")
    .name("diff")
    .argument("<before>", "“current”, or 6 or more hex digits of a version's digest")
    .argument("[after]", "the same", "current")
    .option("--json", "print one JSON object on stdout, with every case")
    .action(async (before: string, after: string, { json }: { json?: boolean }) => {
      await withData(async ({ db, store }) => {
        const listingOf = async (named: string) =>
          parseListing(await store.get((await requireDatasetVersion(db, named)).digest));
        const diff = diffListings(await listingOf(before), await listingOf(after));
        print(json, diff, describeDiff(diff));
      });
    });
}

function describeDiff(diff: ListingDiff): string {
  const label = ({ before, after }: CaseChange) =>
    `${after.path}: ${classNames[before.label]} → ${classNames[after.label]}`;
  const owner = ({ before, after }: CaseChange) =>
    `${after.path}: patient ${before.patientId} (${before.split}) → ${after.patientId} (${after.split})`;
  return [
    section(
      "added",
      diff.added.map((item) => item.path),
    ),
    section(
      "removed",
      diff.removed.map((item) => item.path),
    ),
    section("relabelled", diff.relabelled.map(label)),
    section(
      "moved",
      diff.moved.map(({ before, after }) => `${before.path} → ${after.path}`),
    ),
    section(
      "replaced by another image",
      diff.replaced.map(({ after }) => after.path),
    ),
    section("another patient or side", diff.reassigned.map(owner)),
    `unchanged: ${diff.unchanged}`,
  ]
    .flat()
    .join("\n");
}

function section(title: string, lines: string[]): string[] {
  const more = lines.length > shown ? [`  … and ${lines.length - shown} more`] : [];
  return [`${title}: ${lines.length}`, ...lines.slice(0, shown).map((line) => `  ${line}`), ...more];
}
