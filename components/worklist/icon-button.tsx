import type { LucideIcon } from "lucide-react";

interface IconButtonProps {
  label: string;
  /** Its key, where it has one. */
  cap?: string;
  icon: LucideIcon;
  onClick?(): void;
}

export function IconButton({ label, cap, icon: Icon, ...props }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={cap ? `${label} (${cap})` : label}
      className="inline-flex size-8 shrink-0 items-center justify-center rounded-control text-ink-2 hover:bg-float hover:text-ink data-popup-open:bg-float data-popup-open:text-ink pointer-coarse:size-11"
      {...props}
    >
      <Icon size={16} aria-hidden="true" />
    </button>
  );
}
