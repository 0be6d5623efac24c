import { Menu } from "@base-ui/react/menu";
import { Check, ChevronDown } from "lucide-react";
import { useTranslations } from "use-intl";
import { type PresetName, presetsOf } from "@/lib/viewing/windowing";
import type { Radiograph } from "@/lib/xray/radiograph";
import { menuItemLook, menuLook } from "./menu-look";
import { useViewing } from "./viewing";

interface PresetMenuProps {
  radiograph: Radiograph;
  onPreset(index: number): void;
}

/** The file's own windows and two that are computed. */
export function PresetMenu({ radiograph, onPreset }: PresetMenuProps) {
  const t = useTranslations("viewer.presets");
  const percentiles = useViewing((viewing) => viewing.percentiles);
  const current = useViewing((viewing) => viewing.preset);
  const presets = presetsOf(radiograph, percentiles);
  const nameOf = (name: PresetName) => (name.kind === "named" ? name.name : t(name.kind));
  const chosen = current === null ? undefined : presets[current];
  return (
    <Menu.Root>
      <Menu.Trigger
        aria-label={`${t("title")}: ${chosen ? nameOf(chosen.name) : t("manual")}`}
        className="inline-flex h-8 min-w-0 items-center gap-1 rounded-control px-2 text-small text-ink-2 hover:bg-float hover:text-ink data-popup-open:bg-float data-popup-open:text-ink pointer-coarse:h-11"
      >
        <span className="max-w-36 truncate max-sm:max-w-16">
          {chosen ? nameOf(chosen.name) : t("manual")}
        </span>
        <ChevronDown size={14} aria-hidden="true" className="shrink-0" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner side="bottom" align="start" sideOffset={4} className="z-10">
          <Menu.Popup className={menuLook}>
            <Menu.RadioGroup value={current} onValueChange={(index: number) => onPreset(index)}>
              {presets.map(({ name }, index) => (
                <Menu.RadioItem key={nameOf(name)} value={index} closeOnClick className={menuItemLook}>
                  <span className="w-4">
                    <Menu.RadioItemIndicator>
                      <Check size={14} aria-hidden="true" />
                    </Menu.RadioItemIndicator>
                  </span>
                  <span className="flex-1">{nameOf(name)}</span>
                  {index < 9 && <kbd className="font-sans text-small text-ink-2">{index + 1}</kbd>}
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
