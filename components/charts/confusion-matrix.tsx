import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import type { ConfusionMatrix } from "@/lib/metrics/confusion-matrix";
import { CsvButton } from "./csv-button";

/** Labels against calls, as a table: counts, and what share of the label's images they are. */
export function ConfusionMatrixTable({ matrix, note }: { matrix: ConfusionMatrix; note: string }) {
  const words = useTranslations("charts");
  const t = useTranslations("charts.confusion");
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = matrix;
  return (
    <section
      aria-label={t("title")}
      className="flex min-w-0 flex-col gap-2 rounded-panel border border-line bg-raised p-4"
    >
      <h3 className="font-semibold">{t("title")}</h3>
      <p className="text-small text-ink-2">{note}</p>
      <table className="w-full max-sm:table-fixed border-collapse text-left tabular-nums max-sm:wrap-anywhere">
        <caption className="sr-only">{t("title")}</caption>
        <thead className="text-small text-ink-2">
          <tr>
            <th scope="col" className="py-2 pr-2 font-medium">
              {t("truth")}
            </th>
            <th scope="col" className="px-2 py-2 font-medium">
              {t("called")}
            </th>
            <th scope="col" className="px-2 py-2 font-medium">
              {t("notCalled")}
            </th>
          </tr>
        </thead>
        <tbody>
          <Row head={t("pneumonia")} called={truePositives} notCalled={falseNegatives} right="called" />
          <Row head={t("normal")} called={falsePositives} notCalled={trueNegatives} right="notCalled" />
        </tbody>
      </table>
      <div>
        <CsvButton
          name="confusion-matrix"
          table={() => ({
            columns: [t("truth"), t("called"), t("notCalled")].map((head) => ({ head })),
            rows: [
              [t("pneumonia"), truePositives, falseNegatives],
              [t("normal"), falsePositives, trueNegatives],
            ],
          })}
        >
          {words("asCsv")}
        </CsvButton>
      </div>
    </section>
  );
}

interface RowProps {
  head: string;
  called: number;
  notCalled: number;
  right: "called" | "notCalled";
}

function Row({ head, called, notCalled, right }: RowProps) {
  return (
    <tr className="border-t border-line">
      <th scope="row" className="py-2 pr-2 font-medium">
        {head}
      </th>
      <Count count={called} of={called + notCalled} right={right === "called"} />
      <Count count={notCalled} of={called + notCalled} right={right === "notCalled"} />
    </tr>
  );
}

/** What the model got right stands out by weight, not by colour. */
function Count({ count, of, right }: { count: number; of: number; right: boolean }) {
  const format = useFormat();
  return (
    <td className={`px-2 py-2 ${right ? "bg-float font-semibold" : ""}`}>
      {format.number(count)}{" "}
      <span className="text-small font-normal text-ink-2">
        {of > 0 ? format.percent(count / of, 1) : "–"}
      </span>
    </td>
  );
}
