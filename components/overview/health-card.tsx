import { CircleAlert, CircleCheck, CircleDashed, CircleX, type LucideIcon } from "lucide-react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import type { OverviewHealth } from "@/lib/browser/trpc";
import { Card } from "./card";

const looks = {
  well: { Icon: CircleCheck, className: "text-ink-2" },
  off: { Icon: CircleDashed, className: "text-ink-2" },
  attention: { Icon: CircleAlert, className: "text-amber" },
  failed: { Icon: CircleX, className: "text-red" },
} satisfies Record<string, { Icon: LucideIcon; className: string }>;
type Look = keyof typeof looks;

/** Less free space than this is told: checkpoints and datasets are of that size. */
const littleSpaceBytes = 5e9;

const parts = ["database", "trainer", "storage", "scheduler"] as const;

/** Whether the parts answer, in words. */
export function HealthCard({ health, failed }: { health: OverviewHealth | undefined; failed: boolean }) {
  const t = useTranslations("overview");
  const wordsOf = useHealthWords();
  return (
    <Card title={t("health.title")}>
      {health ? (
        <ul className="flex flex-col gap-3">
          {parts.map((part) => (
            <Part
              key={part}
              name={t(`health.${part}`)}
              {...wordsOf(health, part)}
              why={whyOf(health[part])}
            />
          ))}
        </ul>
      ) : (
        <p className="text-ink-2">{t(failed ? "health.unknown" : "health.asking")}</p>
      )}
    </Card>
  );
}

function whyOf(part: OverviewHealth[(typeof parts)[number]]): string | undefined {
  return part.ok ? undefined : part.why;
}

interface Words {
  look: Look;
  says: string;
}

function useHealthWords(): (health: OverviewHealth, part: (typeof parts)[number]) => Words {
  const t = useTranslations("overview.health");
  const format = useFormat();
  return ({ database, trainer, storage, scheduler }, part) => {
    if (part === "database") {
      if (!database.ok) return { look: "failed", says: t(database.reason) };
      return { look: "well", says: t("answersIn", { time: format.duration(database.tookMs) }) };
    }
    if (part === "trainer") {
      // Pages and the record work without it; only training stands still.
      if (!trainer.ok) return { look: "attention", says: t("noTrainer") };
      const engine = trainer.engine ?? t("noEngineYet");
      return { look: "well", says: t("trains", { engine, waiting: trainer.waiting }) };
    }
    if (part === "storage") {
      if (!storage.ok) return { look: "failed", says: t(`storage_${storage.reason}`) };
      const says = t("writable", { free: format.bytes(storage.freeBytes) });
      return { look: storage.freeBytes < littleSpaceBytes ? "attention" : "well", says };
    }
    if (!scheduler.ok) return { look: "failed", says: t(scheduler.reason) };
    if (scheduler.isOff) return { look: "off", says: t("scheduleOff") };
    if (scheduler.isOverdue && scheduler.lastDueAt)
      return { look: "attention", says: t("overdue", { when: format.instant(scheduler.lastDueAt) }) };
    return { look: "well", says: t(scheduler.runner) };
  };
}

function Part({ name, look, says, why }: Words & { name: string; why: string | undefined }) {
  const { Icon, className } = looks[look];
  return (
    <li data-health={look} className="flex gap-2.5">
      <Icon size={18} aria-hidden="true" className={`mt-0.5 shrink-0 ${className}`} />
      <div className="min-w-0">
        <p className="font-medium">{name}</p>
        <p className="text-small wrap-anywhere text-ink-2 tabular-nums">{says}</p>
        {why && (
          <p lang="en" className="text-small wrap-anywhere text-ink-2">
            {why}
          </p>
        )}
      </div>
    </li>
  );
}
