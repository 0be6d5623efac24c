import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { Cell, Table } from "@/components/ui/table";
import type { ModelDetails } from "@/lib/browser/trpc";

type DecisionRecord = NonNullable<ModelDetails["decision"]>;

/** Why a challenger was promoted or not, rule by rule. The sentences are the record's own. */
export function RulesTable({ decision }: { decision: DecisionRecord }) {
  const t = useTranslations("models");
  const format = useFormat();
  const { outcome, rules, champion, look, level, decidedAt } = decision;
  return (
    <>
      <p>
        {t("decision", { outcome: t(`outcomes.${outcome}`) })}.{" "}
        <span className="text-ink-2">
          {t("page.decided", { when: format.instant(decidedAt), champion: champion ?? "–" })}
          {look !== null && level !== null && ` ${t("page.look", { look, level: format.number(level, 4) })}`}
        </span>
      </p>
      <Table caption={t("page.rules")} heads={[t("page.rule"), t("page.status"), t("page.detail")]}>
        {rules.map(({ rule, status, blocks, detail }) => (
          <tr key={rule} data-rule={rule} className="last:*:border-b-0">
            <Cell className="whitespace-nowrap">
              <code className="font-sans">{rule}</code>
            </Cell>
            <Cell className={`whitespace-nowrap ${blocks ? "font-semibold text-amber" : ""}`}>
              {t(`page.statuses.${status}`)}
              {blocks && ` · ${t("page.blocks")}`}
            </Cell>
            <Cell className="min-w-64 text-ink-2">
              <span lang="en">{detail}</span>
            </Cell>
          </tr>
        ))}
      </Table>
    </>
  );
}
