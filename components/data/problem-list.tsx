import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import type { Problem } from "@/lib/dataset-report/problems";

const signs = {
  error: { Icon: CircleAlert, colour: "text-red" },
  warning: { Icon: TriangleAlert, colour: "text-amber" },
  note: { Icon: Info, colour: "text-ink-2" },
} as const;

/** What a check found, worst first. The sentences with the files' names are the report's own, in English. */
export function ProblemList({ problems }: { problems: readonly Problem[] }) {
  const t = useTranslations("data.report");
  const format = useFormat();
  return (
    <ul className="flex flex-col gap-2">
      {problems.map(({ rule, level, count, message }) => {
        const { Icon, colour } = signs[level];
        return (
          <li key={`${rule} ${message}`} data-rule={rule} className="flex gap-2">
            <Icon size={18} aria-label={t(`levels.${level}`)} className={`mt-0.5 shrink-0 ${colour}`} />
            <div className="min-w-0">
              <p className="font-medium">
                {t(`rules.${rule}`)} <span className="text-ink-2 tabular-nums">{format.number(count)}</span>
              </p>
              <p lang="en" className="text-small wrap-anywhere text-ink-2">
                {message}
              </p>
            </div>
          </li>
        );
      })}
    </ul>
  );
}
