import { ShieldAlert } from "lucide-react";
import { type FailureCode, useFailureWords } from "./use-failure";

/** What went wrong, and what to do. */
export function FailureLine({ code }: { code: FailureCode }) {
  const { title, meaning, action } = useFailureWords()(code);
  return (
    <div
      role="alert"
      data-failure={code}
      className="flex gap-2 rounded-control border border-line bg-raised p-3"
    >
      <ShieldAlert size={18} aria-hidden="true" className="mt-0.5 shrink-0 text-red" />
      <p>
        <span className="font-medium">{title}</span>
        <br />
        <span className="text-ink-2">
          {meaning} {action}
        </span>
      </p>
    </div>
  );
}
