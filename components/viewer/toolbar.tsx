import { Menu } from "@base-ui/react/menu";
import {
  Columns2,
  Contrast,
  Ellipsis,
  FlipHorizontal2,
  FlipVertical2,
  Layers,
  type LucideIcon,
  Maximize,
  RotateCcwSquare,
  RotateCwSquare,
  Scan,
  ScanSearch,
  Undo2,
  ZoomIn,
  ZoomOut,
} from "lucide-react";
import { useTranslations } from "use-intl";
import { type KeyAction, keyCapOf } from "@/components/ui/key-registry";
import type { Radiograph } from "@/lib/xray/radiograph";
import { menuItemLook, menuLook } from "./menu-look";
import { PresetMenu } from "./preset-menu";
import { Tool, toolLook } from "./tool";
import type { Controls } from "./use-controls";
import { useViewing } from "./viewing";

interface ToolbarProps {
  radiograph: Radiograph;
  controls: Controls;
  hasMap: boolean;
}

/** Above the image. What a narrow screen has no room for is in its last menu. */
export function Toolbar({ radiograph, controls, hasMap }: ToolbarProps) {
  const t = useTranslations("viewer");
  const inverted = useViewing((viewing) => viewing.inverted);
  const overlay = useViewing((viewing) => viewing.overlay.shown);
  const sideBySide = useViewing((viewing) => viewing.sideBySide);
  const crosshair = useViewing((viewing) => viewing.crosshair);
  return (
    <div
      role="toolbar"
      aria-label={t("tools")}
      className="flex shrink-0 items-center gap-0.5 border-b border-line bg-ground px-2 py-1"
    >
      <PresetMenu radiograph={radiograph} onPreset={controls.applyPreset} />
      <Tool action="invert" icon={Contrast} pressed={inverted} onClick={controls.invert} />
      <Rule />
      <Tool
        action="zoomOut"
        icon={ZoomOut}
        onClick={() => controls.zoomBy(0.8)}
        className="pointer-coarse:max-lg:hidden max-sm:hidden"
      />
      <Tool
        action="zoomIn"
        icon={ZoomIn}
        onClick={() => controls.zoomBy(1.25)}
        className="pointer-coarse:max-lg:hidden max-sm:hidden"
      />
      <Tool action="fit" icon={Maximize} onClick={controls.fit} />
      <Tool action="actualSize" icon="1:1" onClick={controls.actualSize} className="max-md:hidden" />
      <Rule />
      <Tool
        action="rotateLeft"
        icon={RotateCcwSquare}
        onClick={() => controls.rotate("left")}
        className="max-md:hidden"
      />
      <Tool action="rotateRight" icon={RotateCwSquare} onClick={() => controls.rotate("right")} />
      <Tool
        action="flipHorizontal"
        icon={FlipVertical2}
        onClick={() => controls.flip("horizontal")}
        className="max-md:hidden"
      />
      <Tool
        action="flipVertical"
        icon={FlipHorizontal2}
        onClick={() => controls.flip("vertical")}
        className="max-md:hidden"
      />
      <Rule />
      <Tool
        action="probe"
        icon={ScanSearch}
        pressed={crosshair}
        onClick={controls.toggleCrosshair}
        className="max-md:hidden"
      />
      <Tool action="reset" icon={Undo2} onClick={controls.reset} className="max-md:hidden" />
      <More controls={controls} />
      <div className="ml-auto flex items-center gap-0.5">
        <Tool
          action="explanation"
          icon={Layers}
          pressed={hasMap && overlay}
          disabled={!hasMap}
          onClick={controls.toggleOverlay}
        />
        <Tool
          action="sideBySide"
          icon={Columns2}
          pressed={hasMap && sideBySide}
          disabled={!hasMap}
          onClick={controls.toggleSideBySide}
        />
      </div>
    </div>
  );
}

function Rule() {
  return <span aria-hidden="true" className="mx-1 h-4 w-px bg-line max-md:hidden" />;
}

function More({ controls }: { controls: Controls }) {
  const t = useTranslations();
  const items: { action: KeyAction; icon: LucideIcon; run(): void }[] = [
    { action: "actualSize", icon: Scan, run: controls.actualSize },
    { action: "rotateLeft", icon: RotateCcwSquare, run: () => controls.rotate("left") },
    { action: "flipHorizontal", icon: FlipVertical2, run: () => controls.flip("horizontal") },
    { action: "flipVertical", icon: FlipHorizontal2, run: () => controls.flip("vertical") },
    { action: "probe", icon: ScanSearch, run: controls.toggleCrosshair },
    { action: "reset", icon: Undo2, run: controls.reset },
  ];
  return (
    <Menu.Root>
      <Menu.Trigger
        aria-label={t("viewer.more")}
        title={t("viewer.more")}
        className={`${toolLook} md:hidden data-popup-open:bg-float`}
      >
        <Ellipsis size={17} aria-hidden="true" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner side="bottom" align="start" sideOffset={4} className="z-10">
          <Menu.Popup className={menuLook}>
            {items.map(({ action, icon: Icon, run }) => (
              <Menu.Item key={action} onClick={run} className={menuItemLook}>
                <Icon size={16} aria-hidden="true" className="text-ink-2" />
                <span className="flex-1">{t(`keys.actions.${action}`)}</span>
                <kbd className="font-sans text-small text-ink-2 pointer-coarse:hidden">
                  {keyCapOf(action)}
                </kbd>
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
