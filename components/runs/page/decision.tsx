import { CircleCheck, CircleHelp, CircleX } from "lucide-react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { Cell, Table } from "@/components/ui/table";
import type { RunDetails } from "@/lib/browser/trpc";
import { Section } from "./section";

const marks = {
  passed: { Icon: CircleCheck, className: "text-ink-2" },
  failed: { Icon: CircleX, className: "text-red" },
  insufficient: { Icon: CircleHelp, className: "text-amber" },
} as const;

interface DecisionProps {
  decision: RunDetails["decision"];
  look: RunDetails["lineage"]["forward"]["look"];
}

/** What was decided about the run's model, rule by rule. */
export function Decision({ decision, look }: DecisionProps) {
  const t = useTranslations("runs");
  const format = useFormat();
  if (!decision)
    return (
      <Section title={t("columns.outcome")}>
        <p className="text-ink-2">{t("run.noDecision")}</p>
      </Section>
    );
  return (
    <Section title={t("run.decision", { outcome: t(`outcomes.${decision.outcome}`) })}>
      <Table caption={t("run.rulesCaption")} heads={[t("run.rule"), t("run.result"), t("run.detail")]}>
        {decision.comparison.rules.map(({ rule, status, blocks, detail }) => {
          const { Icon, className } = marks[status];
          return (
            <tr key={`${rule} ${detail}`} data-rule={rule} className="last:*:border-b-0">
              <Cell className="whitespace-nowrap">
                <code className="font-sans">{rule}</code>
              </Cell>
              <Cell className="whitespace-nowrap">
                <span className="inline-flex items-center gap-2">
                  <Icon size={16} aria-hidden="true" className={className} />
                  {t(`run.status.${status}`)}
                </span>
                {blocks && <span className="block text-small text-ink-2">{t("run.blocks")}</span>}
              </Cell>
              <Cell className="min-w-48 text-ink-2">
                <span lang="en">{detail}</span>
              </Cell>
            </tr>
          );
        })}
      </Table>
      {look && (
        <p className="text-small text-ink-2">
          {t("run.look", { look: format.number(look.look), level: format.number(look.level, 5) })}
        </p>
      )}
    </Section>
  );
}
