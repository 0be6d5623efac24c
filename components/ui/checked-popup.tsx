import { Menu } from "@base-ui/react/menu";
import { Check } from "lucide-react";

export interface Choice {
  value: string;
  title: string;
}

interface CheckedPopupProps {
  choices: readonly Choice[];
  chosen: readonly string[];
  onToggle(value: string, isChosen: boolean): void;
  align?: "start" | "end";
}

/** What a menu opens whose entries can be ticked; stands inside a `Menu.Root`. */
export function CheckedPopup({ choices, chosen, onToggle, align = "start" }: CheckedPopupProps) {
  return (
    <Menu.Portal>
      <Menu.Positioner side="bottom" align={align} sideOffset={4} className="z-10">
        <Menu.Popup className="max-h-80 min-w-44 overflow-y-auto rounded-panel border border-line bg-raised p-1 text-body text-ink outline-none">
          {choices.map(({ value, title }) => (
            <Menu.CheckboxItem
              key={value}
              checked={chosen.includes(value)}
              onCheckedChange={(isChosen) => onToggle(value, isChosen)}
              className="flex min-h-8 cursor-default items-center gap-2 rounded-control px-2 outline-none select-none data-highlighted:bg-float pointer-coarse:min-h-11"
            >
              <span className="w-4">
                <Menu.CheckboxItemIndicator>
                  <Check size={14} aria-hidden="true" />
                </Menu.CheckboxItemIndicator>
              </span>
              {title}
            </Menu.CheckboxItem>
          ))}
        </Menu.Popup>
      </Menu.Positioner>
    </Menu.Portal>
  );
}
