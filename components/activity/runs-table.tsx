import { CircleCheck, CircleDashed, CircleX, LoaderCircle, type LucideIcon, SkipForward } from "lucide-react";
import { formatDuration, formatInstant } from "@/components/ui/format";
import type { RunRow } from "@/lib/browser/trpc";
import { Cell, Table } from "./table";

const states: Record<RunRow["state"], { title: string; Icon: LucideIcon; className: string }> = {
  queued: { title: "Queued", Icon: CircleDashed, className: "text-ink-2" },
  running: { title: "Running", Icon: LoaderCircle, className: "text-accent" },
  succeeded: { title: "Finished", Icon: CircleCheck, className: "text-ink-2" },
  skipped: { title: "Skipped", Icon: SkipForward, className: "text-ink-2" },
  failed: { title: "Failed", Icon: CircleX, className: "text-red" },
};

export function RunsTable({ runs }: { runs: RunRow[] }) {
  return (
    <Table
      caption="Training runs, newest first"
      heads={["State", "Stage", "Reason", "Started by", "Created", "Took"]}
    >
      {runs.map((run) => {
        const { title, Icon, className } = states[run.state];
        return (
          <tr key={run.id} className="last:*:border-b-0">
            <Cell className="whitespace-nowrap">
              <span className="inline-flex items-center gap-2">
                <Icon size={16} aria-hidden="true" className={className} />
                {title}
              </span>
            </Cell>
            <Cell className="whitespace-nowrap">{run.stage ?? "–"}</Cell>
            <Cell className="min-w-[14rem]">
              {run.reason ?? "–"}
              <span className="block text-small text-ink-2">
                {run.id}, preset {run.config.preset}
                {run.engine ? `, ${run.engine}` : ""}
              </span>
            </Cell>
            <Cell>{run.trigger}</Cell>
            <Cell className="whitespace-nowrap tabular-nums">{formatInstant(run.createdAt)}</Cell>
            <Cell className="whitespace-nowrap">{durationOf(run)}</Cell>
          </tr>
        );
      })}
    </Table>
  );
}

function durationOf({ startedAt, finishedAt }: RunRow): string {
  if (!startedAt || !finishedAt) return "–";
  return formatDuration(finishedAt.getTime() - startedAt.getTime());
}
