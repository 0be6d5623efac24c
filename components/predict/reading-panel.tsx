import { useTranslations } from "use-intl";
import { LateFeedback } from "@/components/feedback/late-feedback";
import { ReportExport } from "@/components/report/report-export";
import { Button } from "@/components/ui/button";
import { Explanation } from "@/components/viewer/explanation";
import { Facts } from "@/components/viewer/facts";
import type { ModelState } from "@/lib/browser/predict/messages";
import type { Reading } from "@/lib/browser/predict/reading";
import { currentReading, type SessionSnapshot } from "@/lib/browser/predict/session";
import { rememberManifest } from "@/lib/browser/report/known-manifests";
import type { ModelManifest } from "@/lib/manifest";
import { Cautions } from "./cautions";
import { Details } from "./details";
import { ModelStatus } from "./model-status";
import { Refused } from "./refused";
import { Revoked } from "./revoked";
import { Verdict } from "./verdict";

interface ReadingPanelProps {
  snapshot: SessionSnapshot;
  announcedLimits: readonly string[];
  onRetry(): void;
  onOpenCard(): void;
  onOpenDiagnostics(): void;
  onRead(readingId: number): void;
}

/** Beside the image: the verdict, how it came about, and what it is not. */
export function ReadingPanel({
  snapshot,
  announcedLimits,
  onRetry,
  onOpenCard,
  onOpenDiagnostics,
  onRead,
}: ReadingPanelProps) {
  const t = useTranslations("reading");
  const { model, shown } = snapshot;
  const reading = currentReading(snapshot);
  const manifest = manifestOf(reading, model);
  const prediction = reading?.prediction;
  const radiograph = shown && shown.readingId === reading?.id ? shown.radiograph : null;
  return (
    <aside
      aria-label={t("result")}
      className="flex shrink-0 flex-col border-line bg-raised max-lg:border-t lg:w-[25rem] lg:overflow-y-auto lg:border-l"
    >
      <div className="flex flex-1 flex-col gap-5 p-5 max-lg:px-4">
        {reading?.revoked && <Revoked revocation={reading.revoked} />}
        {reading && <Cautions cautions={reading.cautions} ages={manifest?.population.ageYears ?? null} />}
        {reading?.refusal ? (
          <Refused reasons={reading.refusal} />
        ) : reading?.step === "cancelled" ? (
          <Stopped onRead={() => onRead(reading.id)} />
        ) : prediction && manifest ? (
          <>
            <Verdict reading={reading} prediction={prediction} manifest={manifest} onOpenCard={onOpenCard} />
            <LateFeedback reading={reading} prediction={prediction} />
            <Explanation map={prediction.map} logit={prediction.logit} />
          </>
        ) : (
          <ModelStatus
            model={model}
            reading={reading}
            announcedLimits={announcedLimits}
            onRetry={onRetry}
            onOpenCard={onOpenCard}
          />
        )}
        <ReportExport snapshot={snapshot} />
        {radiograph && <Facts radiograph={radiograph} />}
        {prediction && manifest && <Details reading={reading} prediction={prediction} manifest={manifest} />}
      </div>
      <footer className="border-t border-line p-5 text-small text-ink-2 max-lg:px-4">
        <p>{t("private")}</p>
        <p className="mt-1.5 text-ink">{t("research")}</p>
        <button
          type="button"
          onClick={onOpenDiagnostics}
          className="mt-1.5 underline decoration-line-strong underline-offset-4 hover:text-ink pointer-coarse:min-h-11"
        >
          {t("diagnostics")}
        </button>
      </footer>
    </aside>
  );
}

/** A result keeps the figures of the version that gave it; anything else is told of the one that runs. */
export function manifestOf(reading: Reading | null, model: ModelState): ModelManifest | null {
  const known = rememberManifest(model);
  if (reading?.readBy) return known.get(reading.readBy.manifestDigest) ?? null;
  return model.phase === "ready" ? model.model.manifest : null;
}

function Stopped({ onRead }: { onRead(): void }) {
  const t = useTranslations("reading");
  return (
    <section className="flex flex-col items-start gap-3">
      <h2 className="text-title font-semibold">{t("cancelled")}</h2>
      <p className="text-ink-2">{t("cancelledText")}</p>
      <Button onClick={onRead}>{t("readThis")}</Button>
    </section>
  );
}
