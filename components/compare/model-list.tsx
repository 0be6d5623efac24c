import { X } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { shortDigest } from "@/components/ui/format";
import { runStates } from "@/lib/run-search/run-states";
import { useCompared } from "./compared";
import { Swatch } from "./swatch";

interface ModelListProps {
  onBaseline(id: string): void;
  onRemove(id: string): void;
}

/** What is compared, with the look of its lines, and which of it is the baseline. */
export function ModelList({ onBaseline, onRemove }: ModelListProps) {
  const t = useTranslations("compare");
  const { models, baseline } = useCompared().comparison;
  // Marked at once: the answer that is measured against it takes its time.
  const [picked, setPicked] = useState<string | null>(null);
  const marked = models.some(({ id }) => id === picked) ? picked : baseline;
  const pick = (id: string) => {
    setPicked(id);
    onBaseline(id);
  };
  return (
    <fieldset className="min-w-0">
      <legend className="sr-only">{t("models.title")}</legend>
      <ul className="grid gap-2 md:grid-cols-2 xl:grid-cols-3">
        {models.map((model, at) => (
          <ModelCard
            key={model.id}
            model={model}
            hue={at}
            isBaseline={marked === model.id}
            onBaseline={() => pick(model.id)}
            onRemove={() => onRemove(model.id)}
          />
        ))}
      </ul>
    </fieldset>
  );
}

interface ModelCardProps {
  model: ReturnType<typeof useCompared>["comparison"]["models"][number];
  hue: number;
  isBaseline: boolean;
  onBaseline(): void;
  onRemove(): void;
}

function ModelCard({ model, hue, isBaseline, onBaseline, onRemove }: ModelCardProps) {
  const t = useTranslations("compare");
  const { id, kind, runId } = model;
  return (
    <li
      data-model={id}
      className="flex min-w-0 flex-col gap-1 rounded-panel border border-line bg-raised py-2 pr-2 pl-4"
    >
      <div className="flex items-center gap-2">
        <Swatch hue={hue} />
        <span className="min-w-0 flex-1 truncate font-medium" title={id}>
          {runId ? (
            <Link
              href={`/runs/${encodeURIComponent(runId)}`}
              prefetch={false}
              className="text-accent underline-offset-4 hover:underline"
            >
              {id}
            </Link>
          ) : (
            id
          )}
        </span>
        <button
          type="button"
          aria-label={t("remove", { name: id })}
          onClick={onRemove}
          className="inline-flex size-8 shrink-0 items-center justify-center rounded-control text-ink-2 hover:bg-float hover:text-ink pointer-coarse:size-11"
        >
          <X size={16} aria-hidden="true" />
        </button>
      </div>
      <p className="flex flex-wrap items-center gap-x-3 text-small text-ink-2 tabular-nums">
        <span>{t(`kinds.${kind}`)}</span>
        <ModelFacts model={model} />
        <label className="ml-auto inline-flex items-center gap-1.5 pr-2">
          <input type="radio" name="baseline" checked={isBaseline} onChange={onBaseline} />
          {t("baseline")}
        </label>
      </p>
    </li>
  );
}

function ModelFacts({ model }: Pick<ModelCardProps, "model">) {
  const t = useTranslations();
  const format = useFormat();
  const { state, preset, engine, createdAt, durationMs, datasetDigest } = model;
  const runState = runStates.find((one) => one === state);
  const stateText =
    state === "champion" || state === "retired"
      ? t(`compare.states.${state}`)
      : runState && t(`runs.states.${runState}`);
  const facts = [
    stateText,
    preset,
    engine,
    format.date(createdAt),
    durationMs !== null && format.duration(durationMs),
  ];
  return (
    <>
      {facts.map((fact) => fact && <span key={fact}>{fact}</span>)}
      {datasetDigest && (
        <span title={datasetDigest}>
          {t("compare.models.data")} {shortDigest(datasetDigest).slice(0, 8)}
        </span>
      )}
    </>
  );
}
