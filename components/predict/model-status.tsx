import { ShieldAlert } from "lucide-react";
import { useTranslations } from "use-intl";
import { FailureText } from "@/components/i18n/failure-text";
import { ManifestText } from "@/components/i18n/manifest-text";
import { useFailureWords } from "@/components/i18n/use-failure";
import { useFormat } from "@/components/i18n/use-format";
import { Button } from "@/components/ui/button";
import { ProgressBar } from "@/components/ui/progress-bar";
import type { Failure, ModelState, ReadyModel } from "@/lib/browser/predict/messages";
import type { Reading } from "@/lib/browser/predict/reading";
import type { ModelManifest } from "@/lib/manifest";
import { backendTitles } from "./backend-titles";
import { performanceSentence } from "./verdict-sentence";

interface ModelStatusProps {
  model: ModelState;
  reading: Reading | null;
  /** Of the model that the server offered with the page, to be read while it is on its way. */
  announcedLimits: readonly string[];
  onRetry(): void;
  onOpenCard(): void;
}

/** What is shown where the verdict will be. */
export function ModelStatus({ model, reading, announcedLimits, onRetry, onOpenCard }: ModelStatusProps) {
  if (model.phase === "failed") return <Refused failure={model.failure} onRetry={onRetry} />;
  const isWaitedFor = reading !== null && !reading.failure;
  const ready = model.phase === "ready" ? model.model : null;
  const limits = ready ? ready.manifest.trainingData.limits : announcedLimits;
  // The limits stay in their place when the model gets ready: browsers count text that comes anew as a late paint.
  return (
    <div className="flex flex-col gap-3">
      {model.phase === "ready" ? (
        <Ready manifest={model.model.manifest} reading={reading} />
      ) : (
        <Preparing model={model} isWaitedFor={isWaitedFor} />
      )}
      {!reading && limits.length > 0 && <KnownLimits limits={limits} />}
      {ready && !isWaitedFor && <RunsOn model={ready} onOpenCard={onOpenCard} />}
    </div>
  );
}

type PreparingState = Exclude<ModelState, { phase: "failed" | "ready" }>;

function Preparing({ model, isWaitedFor }: { model: PreparingState; isWaitedFor: boolean }) {
  const t = useTranslations("page.model");
  const format = useFormat();
  const waiting = isWaitedFor ? t("waiting") : undefined;
  if (model.phase === "downloading") {
    const { receivedBytes, totalBytes, version } = model;
    return (
      <Status title={t("downloading", { version })} text={waiting}>
        <ProgressBar value={receivedBytes / totalBytes} label={t("download")} />
        <p className="text-small text-ink-2">
          {t("kept", { bytes: format.bytesOf(receivedBytes, totalBytes) })}
        </p>
      </Status>
    );
  }
  return (
    <Status title={t(model.phase)} text={waiting}>
      <p className="text-small text-ink-2">{t(`${model.phase}Text`)}</p>
    </Status>
  );
}

function Ready({ manifest, reading }: { manifest: ModelManifest; reading: Reading | null }) {
  const page = useTranslations("page");
  const t = useTranslations("predict.verdict");
  const format = useFormat();
  if (reading && !reading.failure) return <Status title={page("model.reading")} text={undefined} />;
  const text = reading ? page("model.unreadable") : (performanceSentence(manifest, t, format) ?? undefined);
  return <Status title={page(reading ? "model.noResult" : "model.ready")} text={text} />;
}

function RunsOn({ model: { manifest, backend }, onOpenCard }: { model: ReadyModel; onOpenCard(): void }) {
  const t = useTranslations("page");
  return (
    <button
      type="button"
      onClick={onOpenCard}
      title={`${t("modelCard")} (M)`}
      className="self-start text-small text-ink-2 underline decoration-line-strong underline-offset-4 hover:text-ink"
    >
      {t("model.runsOn", { version: manifest.version, backend: backendTitles[backend] })}
    </button>
  );
}

function KnownLimits({ limits }: { limits: readonly string[] }) {
  const t = useTranslations("page");
  return (
    <div>
      <h3 className="mb-1 text-small text-ink-2">{t("knownLimits")}</h3>
      <ul className="flex list-disc flex-col gap-1 pl-4 text-ink-2">
        {limits.map((limit) => (
          <li key={limit}>
            <ManifestText>{limit}</ManifestText>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Status({
  title,
  text,
  children,
}: {
  title: string;
  text: string | undefined;
  children?: React.ReactNode;
}) {
  return (
    <section className="flex flex-col gap-3">
      <h2 className="text-title font-semibold">{title}</h2>
      {text && <p className="text-ink-2">{text}</p>}
      {children}
    </section>
  );
}

function Refused({ failure, onRetry }: { failure: Failure; onRetry(): void }) {
  const t = useTranslations();
  const { title } = useFailureWords()(failure.code);
  return (
    <section role="alert" data-failure={failure.code} className="flex flex-col items-start gap-3">
      <h2 className="flex items-center gap-2 text-title font-semibold">
        <ShieldAlert size={20} aria-hidden="true" className="text-red" />
        {title}
      </h2>
      <FailureText failure={failure} />
      <p className="text-ink-2">{t("page.model.untilTrusted")}</p>
      <Button onClick={onRetry}>{t("common.tryAgain")}</Button>
    </section>
  );
}
