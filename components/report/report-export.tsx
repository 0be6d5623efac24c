"use client";

import { Download } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { keyCapOf } from "@/components/ui/key-registry";
import { useKeys } from "@/components/ui/use-keys";
import { currentReading, type SessionSnapshot } from "@/lib/browser/predict/session";
import { isReportable } from "@/lib/browser/report/case-report-of";
import { rememberManifest } from "@/lib/browser/report/known-manifests";

const ExportDialog = lazy(() => import("./export-dialog"));
const PrintSheet = lazy(() => import("./print-sheet"));

/** The button that opens the export, its key, and what the browser prints. Nothing of it loads before it is needed. */
export function ReportExport({ snapshot }: { snapshot: SessionSnapshot }) {
  const t = useTranslations("report");
  const [open, setOpen] = useState(false);
  const [opened, setOpened] = useState(false);
  const { model, shown } = snapshot;
  const reading = currentReading(snapshot);
  const enabled = snapshot.readings.some(isReportable);

  useEffect(() => {
    rememberManifest(model);
  }, [model]);
  const show = () => {
    if (!enabled) return;
    setOpened(true);
    setOpen(true);
  };
  useKeys({ export: show });

  if (!enabled) return null;
  return (
    <>
      <Button
        onClick={show}
        title={`${t("open")} (${keyCapOf("export")})`}
        className="self-start print:hidden"
      >
        <Download size={16} aria-hidden="true" />
        {t("open")}
      </Button>
      <Suspense>
        {opened && <ExportDialog open={open} onOpenChange={setOpen} snapshot={snapshot} />}
        {reading && isReportable(reading) && (
          <PrintSheet
            reading={reading}
            number={snapshot.readings.indexOf(reading) + 1}
            radiograph={shown?.readingId === reading.id ? shown.radiograph : null}
          />
        )}
      </Suspense>
    </>
  );
}
