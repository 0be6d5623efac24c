import { formatPercent, formatProbability } from "@/components/ui/format";
import type { ModelState } from "@/lib/browser/predict/messages";
import type { Reading } from "@/lib/browser/predict/reading";

/** Says to screen readers what has changed, in one sentence. */
export function Announcer({ reading, model }: { reading: Reading | null; model: ModelState }) {
  return (
    <p role="status" aria-live="polite" className="sr-only">
      {sentence(reading, model)}
    </p>
  );
}

function sentence(reading: Reading | null, model: ModelState): string {
  if (reading?.failure) return reading.failure.message;
  if (reading?.prediction && reading.step === "done") {
    const { label, probability, threshold } = reading.prediction;
    return `${label}. Probability of pneumonia ${formatProbability(probability)}, threshold ${formatPercent(threshold)}.`;
  }
  if (model.phase === "failed") return model.failure.message;
  if (reading) return "Reading the image.";
  return model.phase === "ready" ? "The model is ready." : "Preparing the model.";
}
