import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { Disclosure } from "@/components/ui/disclosure";
import type { ModelComparison } from "@/lib/browser/trpc";
import { useCompared } from "./compared";
import { ModelCell, ModelRow, ModelTable } from "./model-table";

type Row = ModelComparison["parameters"][number];

/** The parameters that differ; those that do not are folded. */
export function ParametersTable() {
  const t = useTranslations("compare.parameters");
  const { parameters } = useCompared().comparison;
  const differing = parameters.filter(({ differs }) => differs);
  const same = parameters.filter(({ differs }) => !differs);
  if (parameters.length === 0) return <p className="text-ink-2">{t("none")}</p>;
  return (
    <div className="flex flex-col gap-3">
      {differing.length > 0 ? <Rows caption={t("differ")} rows={differing} /> : <p>{t("allSame")}</p>}
      {same.length > 0 && (
        <Disclosure title={t("same", { count: same.length })}>
          <Rows caption={t("same", { count: same.length })} rows={same} />
        </Disclosure>
      )}
    </div>
  );
}

function Rows({ caption, rows }: { caption: string; rows: readonly Row[] }) {
  const t = useTranslations("compare.parameters");
  const { models } = useCompared().comparison;
  return (
    <ModelTable caption={caption} first={t("name")}>
      {rows.map(({ name, values }) => (
        <ModelRow key={name} name={name}>
          {models.map(({ id }, at) => (
            <ModelCell key={id}>
              <Value value={values[at] ?? null} />
            </ModelCell>
          ))}
        </ModelRow>
      ))}
    </ModelTable>
  );
}

function Value({ value }: { value: Row["values"][number] }) {
  const format = useFormat();
  if (value === null) return "–";
  if (typeof value !== "number") return String(value);
  if (value !== 0 && Math.abs(value) < 0.001) return value.toExponential().replace("-", "−");
  return format.number(value, Math.min(8, (value.toString().split(".")[1] ?? "").length));
}
