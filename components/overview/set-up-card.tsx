import { Circle, CircleCheck } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { Overview, OverviewHealth } from "@/lib/browser/trpc";
import { Card } from "./card";

interface SetUpCardProps {
  setUp: Overview["setUp"];
  health: OverviewHealth | undefined;
}

/** What a new installation has to do, ticked off by what the record says; gone once the loop has gone round. */
export function SetUpCard({ setUp, health }: SetUpCardProps) {
  const t = useTranslations("overview.setUp");
  const { hasData, hasRun, hasDecision, hasColleague } = setUp;
  if (hasData && hasRun && hasDecision) return null;
  const command = { code: (words: ReactNode) => <code className="font-mono text-small">{words}</code> };
  const steps = [
    ["account", true],
    ["trainer", health?.trainer.ok ?? false],
    ["data", hasData],
    ["run", hasRun],
    ["decision", hasDecision],
    ["colleague", hasColleague],
  ] as const;
  return (
    <Card title={t("title")}>
      <p className="mb-3 text-ink-2">{t("intro")}</p>
      <ol className="grid gap-x-8 gap-y-3 md:grid-cols-2">
        {steps.map(([step, done]) => (
          <li key={step} data-step={step} data-done={done} className="flex gap-2.5">
            {done ? (
              <CircleCheck size={18} aria-hidden="true" className="mt-0.5 shrink-0 text-accent" />
            ) : (
              <Circle size={18} aria-hidden="true" className="mt-0.5 shrink-0 text-ink-2" />
            )}
            <div>
              <p className="font-medium">
                {t(`${step}.title`)} {done && <span className="sr-only">{t("done")}</span>}
              </p>
              {!done && <p className="text-small text-ink-2">{t.rich(`${step}.how`, command)}</p>}
            </div>
          </li>
        ))}
      </ol>
    </Card>
  );
}
