import type { LucideIcon } from "lucide-react";
import { useTranslations } from "use-intl";
import { type KeyAction, keyCapOf } from "@/components/ui/key-registry";

interface ToolProps {
  /** Names the tool, and its key. */
  action: KeyAction;
  icon: LucideIcon | string;
  pressed?: boolean;
  disabled?: boolean;
  className?: string;
  onClick(): void;
}

/** A button of the toolbar: 32 px for a mouse, 44 px for a finger. */
export const toolLook =
  "inline-flex size-8 shrink-0 items-center justify-center rounded-control text-ink-2 transition-colors duration-(--motion) hover:bg-float hover:text-ink disabled:opacity-40 disabled:hover:bg-transparent aria-pressed:bg-float aria-pressed:text-accent pointer-coarse:size-11";

export function Tool({ action, icon: Icon, pressed, disabled, className = "", onClick }: ToolProps) {
  const t = useTranslations("keys.actions");
  const label = `${t(action)} (${keyCapOf(action)})`;
  return (
    <button
      type="button"
      aria-label={label}
      aria-pressed={pressed}
      title={label}
      disabled={disabled}
      onClick={onClick}
      className={`${toolLook} ${className}`}
    >
      {typeof Icon === "string" ? (
        <span aria-hidden="true" className="text-small font-semibold tracking-tight">
          {Icon}
        </span>
      ) : (
        <Icon size={17} aria-hidden="true" />
      )}
    </button>
  );
}
