import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { Cell, Table } from "@/components/ui/table";
import type { ModelComparison } from "@/lib/browser/trpc";
import { level } from "@/lib/comparison/best-models";
import { useCompared } from "./compared";
import { Swatch } from "./swatch";

type Pair = NonNullable<ModelComparison["pairs"][number]>;

/** Every model against the baseline, on the images that both were scored on. */
export function PairedTable() {
  const t = useTranslations("compare.paired");
  const { comparison, names } = useCompared();
  const { models, pairs, baseline } = comparison;
  const heads = (["model", "images", "auc", "aucP", "calls", "callsP", "verdict"] as const).map((head) =>
    t(head),
  );
  const others = models.flatMap((model, at) => (model.id === baseline ? [] : [{ model, at }]));
  return (
    <div className="flex flex-col gap-2">
      <p className="max-w-[80ch] text-small text-ink-2">
        {t("note", { baseline: baseline ?? "", count: pairs.filter((pair) => pair !== null).length })}
      </p>
      <Table caption={t("title")} heads={heads}>
        {others.map(({ model, at }) => (
          <tr key={model.id} data-pair={model.id} className="tabular-nums last:*:border-b-0">
            <Cell className="whitespace-nowrap">
              <span className="flex items-center gap-2" title={model.id}>
                <Swatch hue={at} />
                {names[at]}
              </span>
            </Cell>
            <PairCells pair={pairs[at] ?? null} />
          </tr>
        ))}
      </Table>
    </div>
  );
}

function PairCells({ pair }: { pair: Pair | null }) {
  const t = useTranslations("compare.paired");
  const format = useFormat();
  if (!pair)
    return (
      <td colSpan={6} className="border-b border-line px-4 py-2 text-ink-2">
        {t("notPaired")}
      </td>
    );
  const { images, left, auc, calls, adjustedP } = pair;
  return (
    <>
      <Cell>
        {format.number(images)}
        {left > 0 && (
          <span className="block text-small text-ink-2">{t("left", { count: format.number(left) })}</span>
        )}
      </Cell>
      <Cell className="whitespace-nowrap">{auc ? differenceText(auc, format) : "–"}</Cell>
      <Cell className="whitespace-nowrap">
        <Probability p={auc?.p ?? null} adjusted={adjustedP.auc} />
      </Cell>
      <Cell>
        {calls ? `${format.number(calls.all.gains)}, ${format.number(calls.all.losses)}` : t("noThreshold")}
      </Cell>
      <Cell className="whitespace-nowrap">
        <Probability p={calls?.all.p ?? null} adjusted={adjustedP.accuracy} />
      </Cell>
      <Cell className="whitespace-nowrap">{t(verdictOf(pair))}</Cell>
    </>
  );
}

function differenceText(
  { value, low, high }: NonNullable<Pair["auc"]>,
  format: ReturnType<typeof useFormat>,
): string {
  const signed = (figure: number) => `${figure > 0 ? "+" : ""}${format.number(figure, 4)}`;
  return low === null || high === null
    ? signed(value)
    : `${signed(value)} [${signed(low)} – ${signed(high)}]`;
}

function verdictOf({ auc, adjustedP }: Pair): "better" | "worse" | "same" | "untested" {
  if (!auc || adjustedP.auc === null) return "untested";
  if (adjustedP.auc >= level) return "same";
  return auc.value > 0 ? "better" : "worse";
}

function Probability({ p, adjusted }: { p: number | null; adjusted: number | null }) {
  const format = useFormat();
  const text = (value: number) => (value < 0.001 ? `< ${format.number(0.001, 3)}` : format.number(value, 3));
  if (p === null) return "–";
  return (
    <>
      {text(p)} {adjusted !== null && <span className="text-ink-2">({text(adjusted)})</span>}
    </>
  );
}
