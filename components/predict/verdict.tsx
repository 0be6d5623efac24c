import { CircleCheck, TriangleAlert } from "lucide-react";
import { formatDuration, formatProbability } from "@/components/ui/format";
import type { Reading, ReadPrediction } from "@/lib/browser/predict/reading";
import type { ModelManifest } from "@/lib/manifest";
import { backendTitles } from "./backend-titles";
import { ProbabilityScale } from "./probability-scale";
import { verdictSentence } from "./verdict-sentence";

interface VerdictProps {
  reading: Reading;
  prediction: ReadPrediction;
  manifest: ModelManifest;
  onOpenCard(): void;
}

export function Verdict({ reading, prediction, manifest, onOpenCard }: VerdictProps) {
  const { label, probability, threshold, backend, durationMs, modelVersion } = prediction;
  const Icon = label === "PNEUMONIA" ? TriangleAlert : CircleCheck;
  return (
    <section
      aria-label="Verdict"
      aria-busy={reading.step !== "done"}
      className="flex flex-col gap-4 transition-opacity duration-(--motion) aria-busy:opacity-60"
    >
      {reading.origin === "sample" && (
        <p className="rounded-control border border-line px-2.5 py-1.5 text-small text-ink-2">
          A drawn picture, not a patient: it shows how a reading looks and says nothing about the model.
        </p>
      )}
      <div>
        <h2
          data-verdict={label}
          className="flex items-center gap-2.5 text-verdict font-semibold tracking-tight"
        >
          <Icon
            size={28}
            aria-hidden="true"
            className={label === "PNEUMONIA" ? "text-amber" : "text-ink-2"}
          />
          {label}
        </h2>
        <p className="mt-1 text-ink-2">
          Probability of pneumonia{" "}
          <data value={probability.toFixed(6)} className="font-semibold text-ink">
            {formatProbability(probability)}
          </data>
        </p>
      </div>
      <ProbabilityScale probability={probability} threshold={threshold} />
      <p>{verdictSentence(prediction, manifest)}</p>
      <button
        type="button"
        onClick={onOpenCard}
        title="Model card (M)"
        className="self-start text-left text-small text-ink-2 underline decoration-line-strong underline-offset-4 hover:text-ink"
      >
        Model {modelVersion} · <span data-backend={backend}>{backendTitles[backend]}</span> ·{" "}
        {formatDuration(durationMs)}
      </button>
    </section>
  );
}
