import { Menu } from "@base-ui/react/menu";
import { ChevronDown } from "lucide-react";
import { useFormat } from "@/components/i18n/use-format";
import { CheckedPopup, type Choice } from "./checked-popup";

interface CheckedMenuProps {
  title: string;
  choices: readonly Choice[];
  chosen: readonly string[];
  onChange(chosen: string[]): void;
  /** Whether the number of chosen entries stands beside the title. */
  counted?: boolean;
}

/** A button that opens a list of which several may be ticked. */
export function CheckedMenu({ title, choices, chosen, onChange, counted = true }: CheckedMenuProps) {
  const format = useFormat();
  if (choices.length === 0) return null;
  const active = counted && chosen.length > 0;
  const toggle = (value: string, on: boolean) =>
    onChange(on ? [...chosen, value] : chosen.filter((other) => other !== value));
  return (
    <Menu.Root>
      <Menu.Trigger
        className={`inline-flex min-h-9 items-center gap-1.5 rounded-control border px-3 whitespace-nowrap transition-colors duration-(--motion) hover:border-line-strong ${active ? "border-accent text-accent" : "border-line text-ink"}`}
      >
        {title}
        {active && <span className="tabular-nums">{format.number(chosen.length)}</span>}
        <ChevronDown size={14} aria-hidden="true" className="text-ink-2" />
      </Menu.Trigger>
      <CheckedPopup choices={choices} chosen={chosen} onToggle={toggle} />
    </Menu.Root>
  );
}
