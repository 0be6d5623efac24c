import { useTranslations } from "use-intl";
import { useFailureWords } from "@/components/i18n/use-failure";
import { useFormat } from "@/components/i18n/use-format";
import type { ModelState } from "@/lib/browser/predict/messages";
import type { Reading } from "@/lib/browser/predict/reading";

/** Says to screen readers what has changed, in one sentence. */
export function Announcer({ reading, model }: { reading: Reading | null; model: ModelState }) {
  return (
    <p role="status" aria-live="polite" className="sr-only">
      {useSentence(reading, model)}
    </p>
  );
}

function useSentence(reading: Reading | null, model: ModelState): string {
  const t = useTranslations("reading.announce");
  const failureWords = useFailureWords();
  const format = useFormat();
  const failure = reading?.failure ?? (model.phase === "failed" ? model.failure : null);
  if (failure) {
    const { title, meaning } = failureWords(failure.code);
    return `${title}. ${meaning}`;
  }
  if (reading?.step === "refused") return t("refused");
  if (reading?.prediction && reading.step === "done") {
    const { label, uncertain, probability, threshold } = reading.prediction;
    return t("result", {
      label: t(`labels.${uncertain ? "UNCERTAIN" : label}`),
      probability: format.probability(probability),
      threshold: format.percent(threshold),
    });
  }
  if (reading) return t("reading");
  return t(model.phase === "ready" ? "ready" : "preparing");
}
