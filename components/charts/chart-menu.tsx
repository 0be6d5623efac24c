import { Menu } from "@base-ui/react/menu";
import { Download } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { menuItemLook, menuLook } from "@/components/viewer/menu-look";
import { saveFile } from "@/lib/browser/report/save-file";
import type { Chart } from "./chart";
import type { ChartTable } from "./chart-table";

interface ChartMenuProps {
  chart: Chart;
  table: ChartTable;
  summary: string;
}

const kinds = ["asSvg", "asPng", "asCsv"] as const;
type Kind = (typeof kinds)[number];

/** Saves a chart as a drawing, a picture or its figures. */
export function ChartMenu({ chart, table, summary }: ChartMenuProps) {
  const t = useTranslations("charts");
  const format = useFormat();
  const [failed, setFailed] = useState(false);

  async function save(kind: Kind) {
    setFailed(false);
    try {
      // What makes files is loaded when one is wanted.
      const { chartPng, chartSvg, exportName } = await import("./export-chart");
      if (kind === "asCsv") {
        const { chartCsv } = await import("./chart-csv");
        saveFile(new Blob([chartCsv(table)], { type: "text/csv" }), exportName(chart.title, "csv"));
      } else if (kind === "asSvg") {
        const svg = await chartSvg(chart, summary, format);
        saveFile(new Blob([svg], { type: "image/svg+xml" }), exportName(chart.title, "svg"));
      } else {
        saveFile(await chartPng(chart, format), exportName(chart.title, "png"));
      }
    } catch {
      setFailed(true);
    }
  }

  return (
    <>
      {failed && (
        <p role="alert" className="text-small text-red">
          {t("exportFailed")}
        </p>
      )}
      <Menu.Root>
        <Menu.Trigger
          aria-label={t("exportOf", { title: chart.title })}
          title={t("export")}
          className="inline-flex size-8 shrink-0 items-center justify-center rounded-control text-ink-2 hover:bg-float hover:text-ink data-popup-open:bg-float data-popup-open:text-ink pointer-coarse:size-11"
        >
          <Download size={16} aria-hidden="true" />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner side="bottom" align="end" sideOffset={4} className="z-10">
            <Menu.Popup className={menuLook}>
              {kinds.map((kind) => (
                <Menu.Item key={kind} className={menuItemLook} onClick={() => void save(kind)}>
                  {t(kind)}
                </Menu.Item>
              ))}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
    </>
  );
}
