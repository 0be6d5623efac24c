import {
  formatIndex,
  formatInstant,
  formatInterval,
  formatPercent,
  shortDigest,
} from "@/components/ui/format";
import type { VersionRow } from "@/lib/browser/trpc";
import { Cell, Table } from "./table";

const heads = [
  "Version",
  "State",
  "AUC",
  "Sensitivity",
  "Specificity",
  "Accuracy",
  "Threshold",
  "Weights",
  "Published",
];

export function VersionsTable({ versions }: { versions: VersionRow[] }) {
  return (
    <Table caption="Model versions, newest first" heads={heads}>
      {versions.map(({ serial, version, state, manifest, publishedAt, weightsDigest }) => (
        <tr key={serial} className="whitespace-nowrap tabular-nums last:*:border-b-0">
          <Cell>
            {version} <span className="text-ink-2">#{serial}</span>
          </Cell>
          <Cell>{state === "champion" ? <strong className="font-semibold">in use</strong> : "retired"}</Cell>
          <Cell>{formatIndex(manifest.metrics.auc)}</Cell>
          <Cell>{formatInterval(manifest.metrics.sensitivity, 1)}</Cell>
          <Cell>{formatInterval(manifest.metrics.specificity, 1)}</Cell>
          <Cell>{formatInterval(manifest.metrics.accuracy, 1)}</Cell>
          <Cell>{formatPercent(manifest.threshold.probability, 1)}</Cell>
          <Cell>
            <span title={weightsDigest}>{shortDigest(weightsDigest)}</span>
          </Cell>
          <Cell>{formatInstant(publishedAt)}</Cell>
        </tr>
      ))}
    </Table>
  );
}
