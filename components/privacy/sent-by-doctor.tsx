import { useSyncExternalStore } from "react";
import { useTranslations } from "use-intl";
import { StatisticsChoice } from "@/components/feedback/statistics-choice";
import type { FeedbackDesk } from "@/lib/browser/in-use/feedback-desk";
import { getDesk, subscribeDesk } from "@/lib/browser/in-use/late-desk";

/** What leaves this browser because its doctor asks for it. */
export function SentByDoctor() {
  const t = useTranslations("feedback");
  const desk = useSyncExternalStore(subscribeDesk, getDesk, () => null);
  return desk ? <Sent desk={desk} /> : <p className="text-ink-2">{t("privacy.none")}</p>;
}

function Sent({ desk }: { desk: FeedbackDesk }) {
  const t = useTranslations("feedback");
  const { account, given, waiting } = useSyncExternalStore(desk.subscribe, desk.getSnapshot);
  if (!account) return <p className="text-ink-2">{t("privacy.none")}</p>;
  return (
    <div className="flex flex-col gap-2">
      <p>
        {t("privacy.feedback", { count: given.size })}{" "}
        {given.size > 0 && t("privacy.waiting", { count: waiting })}
      </p>
      <p className="text-ink-2">{t("what")}</p>
      <StatisticsChoice desk={desk} />
    </div>
  );
}
