import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { shortDigest } from "@/components/ui/format";
import type { VersionRow } from "@/lib/browser/trpc";
import { Cell, Table } from "./table";

const heads = [
  "version",
  "state",
  "auc",
  "sensitivity",
  "specificity",
  "accuracy",
  "threshold",
  "weights",
  "published",
] as const;

export function VersionsTable({ versions }: { versions: VersionRow[] }) {
  const t = useTranslations("activity");
  const format = useFormat();
  return (
    <Table caption={t("versionsCaption")} heads={heads.map((head) => t(`heads.${head}`))}>
      {versions.map(({ serial, version, state, revocation, manifest, publishedAt, weightsDigest }) => (
        <tr key={serial} className="whitespace-nowrap tabular-nums last:*:border-b-0">
          <Cell>
            {version} <span className="text-ink-2">#{serial}</span>
          </Cell>
          <Cell className={state === "champion" ? "font-semibold" : ""}>
            {revocation ? (
              <span title={revocation.reason} className="text-red">
                {t("states.revoked")}
              </span>
            ) : (
              t(`states.${state}`)
            )}
          </Cell>
          <Cell>{format.index(manifest.metrics.auc)}</Cell>
          <Cell>{format.interval(manifest.metrics.sensitivity, 1)}</Cell>
          <Cell>{format.interval(manifest.metrics.specificity, 1)}</Cell>
          <Cell>{format.interval(manifest.metrics.accuracy, 1)}</Cell>
          <Cell>{format.percent(manifest.threshold.probability, 1)}</Cell>
          <Cell>
            <span title={weightsDigest}>{shortDigest(weightsDigest)}</span>
          </Cell>
          <Cell>{format.instant(publishedAt)}</Cell>
        </tr>
      ))}
    </Table>
  );
}
