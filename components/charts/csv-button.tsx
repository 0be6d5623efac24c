import { Download } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { saveFile } from "@/lib/browser/report/save-file";
import type { ChartTable } from "./chart-table";

interface CsvButtonProps {
  name: string;
  table(): ChartTable;
  children: ReactNode;
}

/** Saves a table as "pneumoscope-<name>.csv". */
export function CsvButton({ name, table, children }: CsvButtonProps) {
  const t = useTranslations("charts");
  const [failed, setFailed] = useState(false);

  async function save() {
    setFailed(false);
    try {
      // What writes it is loaded when it is wanted.
      const { chartCsv } = await import("./chart-csv");
      saveFile(new Blob([chartCsv(table())], { type: "text/csv" }), `pneumoscope-${name}.csv`);
    } catch {
      setFailed(true);
    }
  }

  return (
    <>
      <Button onClick={() => void save()}>
        <Download size={16} aria-hidden="true" className="text-ink-2" />
        {children}
      </Button>
      {failed && (
        <p role="alert" className="text-small text-red">
          {t("exportFailed")}
        </p>
      )}
    </>
  );
}
