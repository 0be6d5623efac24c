import { ShieldAlert } from "lucide-react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { Button } from "@/components/ui/button";
import { formatBytesOf } from "@/components/ui/format";
import { ProgressBar } from "@/components/ui/progress-bar";
import type { Failure, ModelState, ReadyModel } from "@/lib/browser/predict/messages";
import type { Reading } from "@/lib/browser/predict/reading";
import { backendTitles } from "./backend-titles";
import { modelFailureTitle } from "./failure-titles";
import { performanceSentence } from "./verdict-sentence";

interface ModelStatusProps {
  model: ModelState;
  reading: Reading | null;
  onRetry(): void;
  onOpenCard(): void;
}

/** What is shown where the verdict will be. */
export function ModelStatus({ model, reading, onRetry, onOpenCard }: ModelStatusProps) {
  if (model.phase === "failed") return <Refused failure={model.failure} onRetry={onRetry} />;
  if (model.phase === "ready") return <Ready model={model.model} reading={reading} onOpenCard={onOpenCard} />;
  const waiting = reading && !reading.failure ? "The image is read as soon as it is done." : undefined;
  if (model.phase === "downloading") {
    const { receivedBytes, totalBytes, version } = model;
    return (
      <Status title={`Downloading model ${version}`} text={waiting}>
        <ProgressBar value={receivedBytes / totalBytes} label="Model download" />
        <p className="text-small text-ink-2">
          {formatBytesOf(receivedBytes, totalBytes)}. It is kept in this browser for the next visit.
        </p>
      </Status>
    );
  }
  const steps = {
    checking: "Looking for the model",
    verifying: "Checking the model",
    warming: "Testing the model",
  };
  const texts = {
    checking: "Its signature is checked before anything is used.",
    verifying: "The file is compared with the signed digest.",
    warming: "It must reproduce its known answers on this device.",
  };
  return (
    <Status title={`${steps[model.phase]}…`} text={waiting}>
      <p className="text-small text-ink-2">{texts[model.phase]}</p>
    </Status>
  );
}

interface ReadyProps {
  model: ReadyModel;
  reading: Reading | null;
  onOpenCard(): void;
}

function Ready({ model: { manifest, backend }, reading, onOpenCard }: ReadyProps) {
  const t = useTranslations("predict.verdict");
  const format = useFormat();
  if (reading && !reading.failure) return <Status title="Reading the image…" text={undefined} />;
  const text = reading
    ? "The file could not be read, so there is nothing to tell about it."
    : (performanceSentence(manifest, t, format) ?? undefined);
  return (
    <Status title={reading ? "No result" : "Ready"} text={text}>
      {!reading && (
        <div>
          <h3 className="mb-1 text-small text-ink-2">Known limits</h3>
          <ul className="flex list-disc flex-col gap-1 pl-4 text-ink-2">
            {manifest.trainingData.limits.map((limit) => (
              <li key={limit}>{limit}</li>
            ))}
          </ul>
        </div>
      )}
      <button
        type="button"
        onClick={onOpenCard}
        title="Model card (M)"
        className="self-start text-small text-ink-2 underline decoration-line-strong underline-offset-4 hover:text-ink"
      >
        Model {manifest.version} on {backendTitles[backend]}
      </button>
    </Status>
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
  return (
    <section role="alert" data-failure={failure.code} className="flex flex-col items-start gap-3">
      <h2 className="flex items-center gap-2 text-title font-semibold">
        <ShieldAlert size={20} aria-hidden="true" className="text-red" />
        {modelFailureTitle(failure.code)}
      </h2>
      <p>{failure.message}</p>
      <p className="text-ink-2">No image is read until a model has passed every check.</p>
      <Button onClick={onRetry}>Try again</Button>
    </section>
  );
}
