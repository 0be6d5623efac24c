import { CircleCheck, CircleDashed, CircleX, LoaderCircle, type LucideIcon, SkipForward } from "lucide-react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import type { Format } from "@/components/ui/format";
import type { RunRow } from "@/lib/browser/trpc";
import { Cell, Table } from "./table";

const states: Record<RunRow["state"], { Icon: LucideIcon; className: string }> = {
  queued: { Icon: CircleDashed, className: "text-ink-2" },
  running: { Icon: LoaderCircle, className: "text-accent" },
  succeeded: { Icon: CircleCheck, className: "text-ink-2" },
  skipped: { Icon: SkipForward, className: "text-ink-2" },
  failed: { Icon: CircleX, className: "text-red" },
};

const heads = ["state", "stage", "reason", "trigger", "created", "took"] as const;

export function RunsTable({ runs }: { runs: RunRow[] }) {
  const t = useTranslations("activity");
  const format = useFormat();
  return (
    <Table caption={t("runsCaption")} heads={heads.map((head) => t(`heads.${head}`))}>
      {runs.map((run) => {
        const { Icon, className } = states[run.state];
        return (
          <tr key={run.id} className="last:*:border-b-0">
            <Cell className="whitespace-nowrap">
              <span className="inline-flex items-center gap-2">
                <Icon size={16} aria-hidden="true" className={className} />
                {t(`states.${run.state}`)}
              </span>
            </Cell>
            <Cell className="whitespace-nowrap">{run.stage ?? "–"}</Cell>
            <Cell className="min-w-[14rem]">
              {run.reason ?? "–"}
              <span className="block text-small text-ink-2">
                {run.id}, {t("preset", { name: run.config.preset })}
                {run.engine ? `, ${run.engine}` : ""}
                {run.weightsDigest ? `, ${t("seed", { seed: String(run.config.seed) })}` : ""}
                {run.provenance?.commit
                  ? `, ${t("commit", { commit: shortCommit(run.provenance.commit) })}`
                  : ""}
              </span>
            </Cell>
            <Cell>{run.trigger}</Cell>
            <Cell className="whitespace-nowrap tabular-nums">{format.instant(run.createdAt)}</Cell>
            <Cell className="whitespace-nowrap">{durationOf(run, format)}</Cell>
          </tr>
        );
      })}
    </Table>
  );
}

/** Seven digits, and whether files differed from it. */
function shortCommit(commit: string): string {
  return commit.replace(/^([0-9a-f]{7})[0-9a-f]{33}/, "$1");
}

function durationOf({ startedAt, finishedAt }: RunRow, format: Format): string {
  if (!startedAt || !finishedAt) return "–";
  return format.duration(finishedAt.getTime() - startedAt.getTime());
}
