import { Menu } from "@base-ui/react/menu";
import { Check, ChevronDown } from "lucide-react";
import { useFormat } from "@/components/i18n/use-format";

export interface Choice {
  value: string;
  title: string;
}

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
      <Menu.Portal>
        <Menu.Positioner side="bottom" align="start" sideOffset={4} className="z-10">
          <Menu.Popup className="max-h-80 min-w-44 overflow-y-auto rounded-panel border border-line bg-raised p-1 text-body text-ink outline-none">
            {choices.map((choice) => (
              <Menu.CheckboxItem
                key={choice.value}
                checked={chosen.includes(choice.value)}
                onCheckedChange={(on) => toggle(choice.value, on)}
                className="flex min-h-8 cursor-default items-center gap-2 rounded-control px-2 outline-none select-none data-highlighted:bg-float pointer-coarse:min-h-11"
              >
                <span className="w-4">
                  <Menu.CheckboxItemIndicator>
                    <Check size={14} aria-hidden="true" />
                  </Menu.CheckboxItemIndicator>
                </span>
                {choice.title}
              </Menu.CheckboxItem>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
