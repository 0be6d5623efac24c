import { useTranslations } from "use-intl";
import { failureCodeFrom } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { useFormat } from "@/components/i18n/use-format";
import { Button } from "@/components/ui/button";
import { ProgressBar } from "@/components/ui/progress-bar";
import { type UploadProgress, uploadKeeper } from "@/lib/browser/data/upload-keeper";
import { useUpload } from "./use-upload";

/** How far this tab's upload has come. */
export function SendingLine() {
  const t = useTranslations("data.sending");
  const progress = useUpload();
  if (progress.state === "none") return null;
  return (
    <section
      data-upload={progress.state}
      className="flex flex-col gap-2 rounded-panel border border-line bg-raised px-4 py-3"
    >
      {progress.state === "sending" && <Sending progress={progress} />}
      {progress.state === "failed" && (
        <>
          <h2 className="font-semibold wrap-anywhere">{t("failed", { name: progress.name })}</h2>
          <FailureLine code={failureCodeFrom(progress.code)} />
          <p lang="en" className="text-small wrap-anywhere text-ink-2">
            {progress.message}
          </p>
        </>
      )}
      {progress.state !== "sending" && (
        <Button className="self-start" onClick={() => uploadKeeper.stop()}>
          {t("dismiss")}
        </Button>
      )}
    </section>
  );
}

function Sending({ progress }: { progress: Extract<UploadProgress, { state: "sending" }> }) {
  const t = useTranslations("data.sending");
  const format = useFormat();
  const { id, name, sentBytes, totalBytes, secondsLeft, isWaiting } = progress;
  const share = totalBytes > 0 ? sentBytes / totalBytes : 0;
  const sent = format.bytesOf(sentBytes, totalBytes);
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <h2 className="min-w-0 flex-1 font-semibold wrap-anywhere">{t("title", { name })}</h2>
        <p className="text-ink-2 tabular-nums">
          {id === null ? t("starting") : `${sent}, ${format.percent(share)}`}
          {!isWaiting &&
            secondsLeft !== null &&
            ` · ${t("left", { time: format.duration(secondsLeft * 1000) })}`}
        </p>
        <Button onClick={() => uploadKeeper.stop()}>{t("stop")}</Button>
      </div>
      <ProgressBar value={share} label={t("title", { name })} />
      {isWaiting && (
        <p role="status" className="text-amber">
          {t("waiting")}
        </p>
      )}
    </>
  );
}
