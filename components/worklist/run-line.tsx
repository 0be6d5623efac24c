import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { Button } from "@/components/ui/button";
import { ProgressBar } from "@/components/ui/progress-bar";
import type { PredictSession, SessionSnapshot } from "@/lib/browser/predict/session";

/** How far the list is, how long it still takes, and a way to stop it or go on. */
export function RunLine({ session, snapshot }: { session: PredictSession; snapshot: SessionSnapshot }) {
  const t = useTranslations("worklist");
  const { duration, number } = useFormat();
  const { progress, listing } = snapshot;
  const { total, settled, cancelled, running, remainingMs } = progress;
  if (!running && !listing && cancelled === 0) return null;
  return (
    <div className="flex flex-col gap-1.5 px-3 pb-2">
      <div className="flex min-h-8 items-center gap-2 text-small text-ink-2 tabular-nums">
        <p className="mr-auto">
          <span data-progress={`${settled}/${total}`} className="text-ink">
            {t("progress", { settled: number(settled), total: number(total) })}
          </span>
          {listing && <> · {t("listing")}</>}
          {remainingMs !== null && <> · {t("remaining", { time: duration(roundedUp(remainingMs)) })}</>}
        </p>
        {running ? (
          <Button className="min-h-8 px-2 text-small" onClick={() => session.cancel()}>
            {t("cancel")}
          </Button>
        ) : (
          cancelled > 0 && (
            <Button look="primary" className="min-h-8 px-2 text-small" onClick={() => session.resume()}>
              {t("resume", { count: number(cancelled) })}
            </Button>
          )
        )}
      </div>
      <ProgressBar value={total === 0 ? 0 : (settled - cancelled) / total} label={t("progressLabel")} />
    </div>
  );
}

/** A countdown in seconds that jumps about tells less than one in steps. */
function roundedUp(ms: number): number {
  const step = ms > 20_000 ? 10_000 : 1000;
  return Math.ceil(ms / step) * step;
}
