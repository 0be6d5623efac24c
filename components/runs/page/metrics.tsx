import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { Cell, Table } from "@/components/ui/table";
import type { RunDetails } from "@/lib/browser/trpc";
import { Section } from "./section";

const figures = ["auc", "accuracy", "sensitivity", "specificity", "precision", "f1", "ece"] as const;
const indices = new Set<string>(["auc", "f1", "ece"]);

/** The challenger beside its champion on the held-out patients, each figure with its interval. */
export function Metrics({ decision }: { decision: RunDetails["decision"] }) {
  const t = useTranslations("runs.run");
  const format = useFormat();
  if (!decision)
    return (
      <Section title={t("metrics")}>
        <p className="text-ink-2">{t("noMetrics")}</p>
      </Section>
    );
  const { challenger, champion } = decision.comparison;
  const shown = (name: (typeof figures)[number], side: typeof challenger) =>
    indices.has(name) ? format.index(side[name]) : format.interval(side[name], 1);
  return (
    <Section title={t("metrics")}>
      <Table
        caption={t("metricsCaption")}
        heads={[t("figure"), t("challenger"), t("champion", { serial: String(decision.championSerial) })]}
      >
        {figures.map((name) => (
          <tr key={name} className="tabular-nums last:*:border-b-0">
            <Cell>{t(`figures.${name}`)}</Cell>
            <Cell className="whitespace-nowrap">{shown(name, challenger)}</Cell>
            <Cell className="whitespace-nowrap text-ink-2">{shown(name, champion)}</Cell>
          </tr>
        ))}
      </Table>
      <p className="text-small text-ink-2">
        {t("cases", {
          n: format.number(challenger.n),
          patients: format.number(challenger.patients),
          positives: format.number(challenger.positives),
        })}
      </p>
    </Section>
  );
}
