import { X } from "lucide-react";
import { type RefObject, useSyncExternalStore } from "react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { Button } from "@/components/ui/button";
import { keyCapOf } from "@/components/ui/key-registry";
import { fitScale, type Sizes } from "@/lib/viewing/view";
import type { Radiograph } from "@/lib/xray/radiograph";
import { Tool } from "./tool";
import { middlePixel } from "./use-controls";
import { useViewing } from "./viewing";

interface StatusStripProps {
  name: string;
  radiograph: Radiograph;
  sizes: RefObject<Sizes>;
  onChoose?: (() => void) | undefined;
  onClear?: (() => void) | undefined;
}

/** Below the image: what it is, how it is shown, and the value under the pointer. */
export function StatusStrip({ name, radiograph, sizes, onChoose, onClear }: StatusStripProps) {
  const t = useTranslations("viewer");
  const action = useTranslations("keys.actions");
  return (
    <div className="flex min-h-9 shrink-0 items-center gap-1 border-t border-line bg-ground px-3 text-small text-ink-2">
      <p className="flex min-w-0 flex-1 gap-3 tabular-nums">
        <span className="truncate text-ink">{name}</span>
        <span className="shrink-0 max-sm:hidden">
          {radiograph.width} × {radiograph.height}
        </span>
        <span className="shrink-0 max-sm:hidden">
          <WindowText /> · <ZoomText sizes={sizes} />
        </span>
        <Probe radiograph={radiograph} sizes={sizes} />
      </p>
      {onChoose && (
        <Button
          look="quiet"
          className="min-h-8 px-2 text-small pointer-coarse:min-h-11"
          onClick={onChoose}
          title={`${action("choose")} (${keyCapOf("choose")})`}
        >
          {t("another")}
        </Button>
      )}
      {onClear && <Tool action="clear" icon={X} onClick={onClear} />}
    </div>
  );
}

function WindowText() {
  const t = useTranslations("viewer");
  const format = useFormat();
  const voi = useViewing((viewing) => viewing.voi);
  if (!voi) return null;
  if (voi.kind === "table") return t("table");
  const digits = voi.width < 10 ? 2 : 0;
  return t("window", { width: format.number(voi.width, digits), level: format.number(voi.center, digits) });
}

const neverChanges = () => () => {};

/** Device pixels for each pixel of the image: 100 % is one to one. */
function ZoomText({ sizes }: { sizes: RefObject<Sizes> }) {
  const format = useFormat();
  const view = useViewing((viewing) => viewing.view);
  const paneWidth = useViewing((viewing) => viewing.paneWidth);
  const paneHeight = useViewing((viewing) => viewing.paneHeight);
  const ratio = useSyncExternalStore(
    neverChanges,
    () => devicePixelRatio,
    () => 1,
  );
  return format.percent(view.zoom * fitScale(view, { ...sizes.current, paneWidth, paneHeight }) * ratio);
}

/** Under the pointer, or under the cross. The unit is stated where the modality has one. */
function Probe({ radiograph, sizes }: { radiograph: Radiograph; sizes: RefObject<Sizes> }) {
  const t = useTranslations("viewer");
  const format = useFormat();
  const crosshair = useViewing((viewing) => viewing.crosshair);
  const pointer = useViewing((viewing) => viewing.pointer);
  useViewing((viewing) => viewing.view);
  const pixel = crosshair ? middlePixel(sizes.current) : pointer;
  if (!pixel) return null;
  const { values, width, dicom } = radiograph;
  const value = values[pixel.y * width + pixel.x];
  if (value === undefined) return null;
  const unit = dicom?.modality === "CT" ? "\u00a0HU" : "";
  const digits = Number.isInteger(value) ? 0 : 2;
  return (
    <output data-probe className="shrink-0 text-ink">
      {t("probe", { x: pixel.x, y: pixel.y })} <b>{format.number(value, digits)}</b>
      {unit}
    </output>
  );
}
