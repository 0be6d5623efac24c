import { Download } from "lucide-react";
import type { ReactNode } from "react";
import type { ChartTable } from "@/components/charts/chart-table";
import { Button } from "@/components/ui/button";
import { saveFile } from "@/lib/browser/report/save-file";

/** Saves a table as "pneumoscope-<name>.csv". */
export function CsvButton({
  name,
  table,
  children,
}: {
  name: string;
  table(): ChartTable;
  children: ReactNode;
}) {
  async function save() {
    // What writes it is loaded when it is wanted.
    const { chartCsv } = await import("@/components/charts/chart-csv");
    saveFile(new Blob([chartCsv(table())], { type: "text/csv" }), `pneumoscope-${name}.csv`);
  }
  return (
    <Button onClick={() => void save()}>
      <Download size={16} aria-hidden="true" className="text-ink-2" />
      {children}
    </Button>
  );
}
