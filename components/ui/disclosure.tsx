import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";

/** A section that opens in place. */
export function Disclosure({
  title,
  open = false,
  children,
}: {
  title: string;
  open?: boolean;
  children: ReactNode;
}) {
  return (
    <details open={open} className="group border-t border-line pt-3">
      <summary className="flex items-center gap-1.5 text-small text-ink-2 hover:text-ink pointer-coarse:min-h-11">
        <ChevronRight
          size={14}
          aria-hidden="true"
          className="transition-transform duration-(--motion) group-open:rotate-90"
        />
        {title}
      </summary>
      <div className="mt-2">{children}</div>
    </details>
  );
}
