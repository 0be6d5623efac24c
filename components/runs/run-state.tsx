import {
  Ban,
  CircleCheck,
  CircleDashed,
  CircleX,
  LoaderCircle,
  type LucideIcon,
  SkipForward,
} from "lucide-react";
import { useTranslations } from "use-intl";
import type { RunState } from "@/lib/run-search/run-states";

const looks: Record<RunState, { Icon: LucideIcon; className: string }> = {
  queued: { Icon: CircleDashed, className: "text-ink-2" },
  running: { Icon: LoaderCircle, className: "text-accent motion-safe:animate-spin" },
  succeeded: { Icon: CircleCheck, className: "text-ink-2" },
  skipped: { Icon: SkipForward, className: "text-ink-2" },
  failed: { Icon: CircleX, className: "text-red" },
  cancelled: { Icon: Ban, className: "text-amber" },
};

/** A run's state as a sign and a word; one that is being cancelled says so. */
export function RunStateMark({ state, cancelling = false }: { state: RunState; cancelling?: boolean }) {
  const t = useTranslations("runs");
  const { Icon, className } = looks[state];
  return (
    <span data-state={state} className="inline-flex items-center gap-2 whitespace-nowrap">
      <Icon size={16} aria-hidden="true" className={`shrink-0 ${className}`} />
      {cancelling ? t("cancelling") : t(`states.${state}`)}
    </span>
  );
}

export function isOpen(state: RunState): boolean {
  return state === "queued" || state === "running";
}
