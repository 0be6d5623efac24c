import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import type { ModelComparison } from "@/lib/browser/trpc";
import { type TestedMetric, testedMetrics } from "@/lib/comparison/best-models";
import { useCompared } from "./compared";
import { ModelCell, ModelRow, ModelTable } from "./model-table";

type Model = ModelComparison["models"][number];
const indices = ["averagePrecision", "f1", "ece", "brier", "threshold", "recordedAuc"] as const;

/** Metrics of all models on the same images, with intervals; the highest marked, and what is not told apart from it. */
export function MetricsTable() {
  const t = useTranslations("compare.metrics");
  const { comparison } = useCompared();
  const shown = indices.filter((name) => comparison.models.some((model) => hasIndex(name, model)));
  return (
    <div className="flex flex-col gap-2">
      <p className="max-w-[80ch] text-small text-ink-2">{t("note")}</p>
      <ModelTable caption={t("title")} first={t("metric")}>
        {testedMetrics.map((metric) => (
          <ModelRow key={metric} name={t(metric)}>
            {comparison.models.map((model, at) => (
              <ModelCell key={model.id}>
                <Tested metric={metric} model={model} standing={comparison.standings[metric][at] ?? null} />
              </ModelCell>
            ))}
          </ModelRow>
        ))}
        <ModelRow name={t("precision")}>
          {comparison.models.map((model) => (
            <ModelCell key={model.id}>
              <Precision model={model} />
            </ModelCell>
          ))}
        </ModelRow>
        {shown.map((name) => (
          <ModelRow key={name} name={t(name)}>
            {comparison.models.map((model) => (
              <ModelCell key={model.id}>
                <Index name={name} model={model} />
              </ModelCell>
            ))}
          </ModelRow>
        ))}
      </ModelTable>
    </div>
  );
}

interface TestedProps {
  metric: TestedMetric;
  model: Model;
  standing: ModelComparison["standings"]["auc"][number];
}

function Tested({ metric, model: { rank, called }, standing }: TestedProps) {
  const t = useTranslations("compare.metrics");
  const format = useFormat();
  const interval = metric === "auc" ? rank?.auc : called?.metrics[metric];
  if (!interval) return "–";
  const text = metric === "auc" ? format.index(interval) : format.interval(interval, 1);
  return (
    <>
      <span className={standing === "best" ? "font-semibold" : ""}>{text}</span>
      {(standing === "best" || standing === "close") && (
        <span className="block text-small text-ink-2">{t(standing)}</span>
      )}
    </>
  );
}

function Precision({ model: { called } }: { model: Model }) {
  const format = useFormat();
  return called ? format.interval(called.metrics.precision, 1) : "–";
}

function Index({ name, model }: { name: (typeof indices)[number]; model: Model }) {
  const format = useFormat();
  const { rank, called, recordedAuc } = model;
  if (name === "threshold") return called ? format.percent(called.threshold, 1) : "–";
  if (name === "recordedAuc") return recordedAuc === null ? "–" : format.number(recordedAuc, 3);
  const interval = name === "averagePrecision" ? rank?.averagePrecision : called?.[name];
  return interval ? format.index(interval) : "–";
}

function hasIndex(name: (typeof indices)[number], { rank, called, recordedAuc }: Model): boolean {
  if (name === "recordedAuc") return recordedAuc !== null;
  if (name === "threshold") return called !== null;
  return (name === "averagePrecision" ? rank?.averagePrecision : called?.[name])?.value != null;
}
