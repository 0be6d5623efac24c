import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { shortDigest } from "@/components/ui/format";
import { Cell, Table } from "@/components/ui/table";
import type { DatasetRow } from "@/lib/browser/trpc";
import { CheckState } from "./check-state";
import { VersionLink } from "./version-link";

const heads = ["version", "images", "patients", "balance", "check", "runs", "created"] as const;

export function VersionTable({ rows }: { rows: DatasetRow[] }) {
  const t = useTranslations("data");
  return (
    <Table caption={t("title")} heads={heads.map((head) => t(`heads.${head}`))}>
      {rows.map((row) => (
        <VersionLine key={row.digest} row={row} />
      ))}
    </Table>
  );
}

function VersionLine({ row }: { row: DatasetRow }) {
  const t = useTranslations("data");
  const format = useFormat();
  const share = row.images > 0 ? row.pneumonia / row.images : 0;
  return (
    <tr data-version={row.digest} className="tabular-nums last:*:border-b-0">
      <Cell className="min-w-48">
        <VersionLink digest={row.digest}>
          <span className="wrap-anywhere">{row.name}</span>
        </VersionLink>
        {row.isCurrent && (
          <span className="ml-2 rounded-control border border-accent px-1.5 text-small text-accent">
            {t("isCurrent")}
          </span>
        )}
        <span className="block font-mono text-small text-ink-2">{shortDigest(row.digest)}</span>
      </Cell>
      <Cell>
        {format.number(row.images)}
        {row.badFiles > 0 && (
          <span className="block text-small whitespace-nowrap text-ink-2">
            {t("leftOut", { n: row.badFiles })}
          </span>
        )}
      </Cell>
      <Cell>{format.number(row.patients)}</Cell>
      <Cell className="whitespace-nowrap">
        {`${format.number(row.normal)} · ${format.number(row.pneumonia)}`}
        <span className="block text-small text-ink-2">{format.percent(share, 1)}</span>
      </Cell>
      <Cell>
        <CheckState check={row.check} />
      </Cell>
      <Cell>{format.number(row.runs)}</Cell>
      <Cell className="whitespace-nowrap">{format.instant(row.createdAt)}</Cell>
    </tr>
  );
}
