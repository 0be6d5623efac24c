import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { countStatuses } from "@/components/worklist/suspicion";
import type { Reading } from "@/lib/browser/predict/reading";
import type { SessionSnapshot } from "@/lib/browser/predict/session";

/** Says to screen readers how a list gets on: at its start, at each quarter, and at its end. */
export function ListAnnouncer({ snapshot }: { snapshot: SessionSnapshot }) {
  const t = useTranslations("worklist.announce");
  const { number } = useFormat();
  const { readings, progress } = snapshot;
  return (
    <p role="status" aria-live="polite" className="sr-only">
      {sentence()}
    </p>
  );

  function sentence(): string {
    const { total, settled, cancelled, running } = progress;
    if (total < 2) return "";
    if (!running) return cancelled > 0 ? t("cancelled", { count: cancelled }) : finished(readings);
    const quarter = Math.floor((settled / total) * 4);
    if (quarter === 0) return t("started", { count: total });
    return t("progress", { settled: number(Math.ceil((quarter * total) / 4)), total: number(total) });
  }

  function finished(all: readonly Reading[]): string {
    const { pneumonia, uncertain, normal, failed, refused } = countStatuses(all);
    return t("finished", { total: number(all.length), pneumonia, uncertain, normal, failed, refused });
  }
}
