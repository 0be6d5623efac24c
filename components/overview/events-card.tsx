import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import type { Overview } from "@/lib/browser/trpc";
import { Card } from "./card";
import { TextLink } from "./text-link";

/** What happened last, newest first. */
export function EventsCard({ events, mayReadAll }: { events: Overview["events"]; mayReadAll: boolean }) {
  const t = useTranslations("overview");
  const format = useFormat();
  const words = useEventWords();
  const more = mayReadAll ? <TextLink href="/audit">{t("events.all")}</TextLink> : undefined;
  return (
    <Card title={t("events.title")} more={more}>
      {events.length === 0 ? (
        <p className="text-ink-2">{t("events.none")}</p>
      ) : (
        <ol className="flex flex-col gap-3">
          {events.map((event) => (
            <li key={event.id} data-event={event.action}>
              <p className="wrap-anywhere">{words(event)}</p>
              <p className="text-small text-ink-2 tabular-nums">{format.instant(event.at)}</p>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}

type EventKey = Parameters<ReturnType<typeof useTranslations<"overview.eventWords">>>[0];

/** An event in words; one that has none yet by its name. */
function useEventWords(): (event: Overview["events"][number]) => string {
  const t = useTranslations("overview.eventWords");
  return ({ action, entityId }) => {
    const about = entityId.replace(/^sha256:([0-9a-f]{12})[0-9a-f]{52}$/, "$1");
    return t.has(action as EventKey) ? t(action as EventKey, { about }) : `${action} ${about}`;
  };
}
