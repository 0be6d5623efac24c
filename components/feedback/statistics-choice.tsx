import { useSyncExternalStore } from "react";
import { useTranslations } from "use-intl";
import type { FeedbackDesk } from "@/lib/browser/in-use/feedback-desk";

/** Whether this browser shares statistics; off unless its doctor says otherwise. */
export function StatisticsChoice({ desk }: { desk: FeedbackDesk }) {
  const t = useTranslations("feedback");
  const { sharing } = useSyncExternalStore(desk.subscribe, desk.getSnapshot);
  return (
    <label className="flex items-start gap-2 text-small text-ink-2">
      <input
        type="checkbox"
        checked={sharing}
        onChange={(event) => void desk.share(event.target.checked)}
        className="mt-0.5 size-4 shrink-0 accent-(--color-accent)"
      />
      {t("share")}
    </label>
  );
}
