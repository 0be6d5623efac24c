import { CircleCheck, CircleHelp, TriangleAlert } from "lucide-react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { keyCapOf } from "@/components/ui/key-registry";
import type { Reading, ReadPrediction } from "@/lib/browser/predict/reading";
import type { ModelManifest } from "@/lib/manifest";
import { backendTitles } from "./backend-titles";
import { ProbabilityScale } from "./probability-scale";
import { verdictSentences } from "./verdict-sentence";

interface VerdictProps {
  reading: Reading;
  prediction: ReadPrediction;
  manifest: ModelManifest;
  onOpenCard(): void;
}

const icons = { NORMAL: CircleCheck, PNEUMONIA: TriangleAlert, UNCERTAIN: CircleHelp };

export function Verdict({ reading, prediction, manifest, onOpenCard }: VerdictProps) {
  const t = useTranslations("predict.verdict");
  const format = useFormat();
  const action = useTranslations("keys.actions");
  const { label, probability, threshold, uncertain, backend, durationMs, modelVersion } = prediction;
  const shown = uncertain ? "UNCERTAIN" : label;
  const Icon = icons[shown];
  const band = manifest.uncertainBand;
  return (
    <section
      aria-label={t("region")}
      aria-busy={reading.step !== "done"}
      className="flex flex-col gap-4 transition-opacity duration-(--motion) aria-busy:opacity-60"
    >
      {reading.origin === "sample" && (
        <p className="rounded-control border border-line px-2.5 py-1.5 text-small text-ink-2">
          {t("sample")}
        </p>
      )}
      <div>
        <h2
          data-verdict={shown}
          data-label={label}
          className={`flex items-center gap-2.5 text-verdict font-semibold tracking-tight ${reading.revoked ? "line-through decoration-2" : ""}`}
        >
          <Icon size={28} aria-hidden="true" className={shown === "NORMAL" ? "text-ink-2" : "text-amber"} />
          {t(`labels.${shown}`)}
        </h2>
        <p className="mt-1 text-ink-2">
          {t("probability")}{" "}
          <data value={probability.toFixed(6)} className="font-semibold text-ink">
            {format.probability(probability)}
          </data>
        </p>
      </div>
      <ProbabilityScale probability={probability} threshold={threshold} band={band} />
      <p>{verdictSentences(prediction, manifest, band, t, format).join(" ")}</p>
      <button
        type="button"
        onClick={onOpenCard}
        title={`${action("modelCard")} (${keyCapOf("modelCard")})`}
        className="self-start text-left text-small text-ink-2 underline decoration-line-strong underline-offset-4 hover:text-ink pointer-coarse:min-h-11"
      >
        {t("model", { version: modelVersion })} · <span data-backend={backend}>{backendTitles[backend]}</span>{" "}
        · {format.duration(durationMs)}
      </button>
    </section>
  );
}
