import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { useFormat } from "@/components/i18n/use-format";
import { shortDigest } from "@/components/ui/format";
import { Cell, Table } from "@/components/ui/table";
import { type RunDetails, useTRPC } from "@/lib/browser/trpc";
import { isOpen } from "../run-state";
import { Section } from "./section";

/** The held-out images on which the run's model is most wrong, by digest; the images themselves are not here. */
export function WorstErrors({ run }: { run: RunDetails["run"] }) {
  const t = useTranslations("runs.run");
  const format = useFormat();
  const trpc = useTRPC();
  const worst = useQuery({
    ...trpc.runs.worstErrors.queryOptions({ id: run.id, limit: 20 }),
    enabled: run.weightsDigest !== null && !isOpen(run.state),
  });
  const cases = worst.data?.cases ?? [];
  return (
    <Section title={t("worst")}>
      {worst.isError && <FailureLine code={failureCodeOf(worst.error)} />}
      {cases.length === 0 ? (
        <p className="text-ink-2">{t("noWorst")}</p>
      ) : (
        <Table caption={t("worstCaption")} heads={[t("image"), t("label"), t("probability")]}>
          {cases.map(({ digest, label, probability }, index) => (
            <tr key={digest ?? index} className="tabular-nums last:*:border-b-0">
              <Cell>
                <span title={digest ?? undefined} className="font-mono text-small">
                  {digest ? shortDigest(digest) : "–"}
                </span>
              </Cell>
              <Cell>{t(`labels.${label}`)}</Cell>
              <Cell>{format.probability(probability)}</Cell>
            </tr>
          ))}
        </Table>
      )}
      {worst.data && cases.length > 0 && !worst.data.calibrated && (
        <p className="text-small text-ink-2">{t("uncalibrated")}</p>
      )}
    </Section>
  );
}
