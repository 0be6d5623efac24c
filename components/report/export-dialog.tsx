"use client";

import { Download, Printer } from "lucide-react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { PanelDialog } from "@/components/ui/panel-dialog";
import type { SessionSnapshot } from "@/lib/browser/predict/session";
import { Check, Choices } from "./choice-fields";
import { kindsOf } from "./export-choice";
import { ExportPreview } from "./export-preview";
import { useExport } from "./use-export";
import { type Status, useMaking } from "./use-making";

interface ExportDialogProps {
  open: boolean;
  onOpenChange(open: boolean): void;
  snapshot: SessionSnapshot;
}

const kindWords = {
  pdf: ["pdf", "pdfAbout"],
  "structured-report": ["sr", "srAbout"],
  "secondary-capture": ["sc", "scAbout"],
  csv: ["csv", "csvAbout"],
  json: ["json", "jsonAbout"],
} as const;

/** Chooses a file, shows what will be in it, and has it made in this tab. */
export default function ExportDialog({ open, onOpenChange, snapshot }: ExportDialogProps) {
  const t = useTranslations("report.dialog");
  const choice = useExport(snapshot);
  const { status, run, stop } = useMaking(open);
  const { scope, kind, includeIdentity, isDicom } = choice;
  return (
    <PanelDialog open={open} onOpenChange={onOpenChange} title={t("title")}>
      <div className="flex flex-col gap-5">
        <Choices
          legend={t("what")}
          name="scope"
          value={scope}
          onChange={(chosen) => choice.setScope(chosen)}
          options={[
            { value: "case", title: t("case"), about: choice.subject, disabled: !choice.reading },
            { value: "list", title: t("list", { count: choice.count }) },
          ]}
        />
        <Choices
          legend={t("format")}
          name="kind"
          value={kind}
          onChange={choice.setKind}
          options={kindsOf[scope].map((value) => ({
            value,
            title: t(kindWords[value][0]),
            about: t(kindWords[value][1]),
          }))}
        />
        <div className="flex flex-col gap-3">
          <Check
            title={t("identity")}
            about={t(identityNote(kind, includeIdentity, isDicom))}
            checked={includeIdentity}
            onChange={choice.setIncludeIdentity}
          />
          {kind === "csv" && (
            <Check title={t("excel")} checked={choice.byteOrderMark} onChange={choice.setByteOrderMark} />
          )}
        </div>
        <ExportPreview {...choice} />
        <div className="sticky -bottom-5 -mx-5 -mb-5 flex flex-col gap-2 border-t border-line bg-raised px-5 py-3">
          {choice.hindrance && <p className="text-amber">{t(choice.hindrance)}</p>}
          <div className="flex flex-wrap gap-2">
            <Button
              look="primary"
              onClick={() => void run(choice.job(), choice.name)}
              disabled={Boolean(choice.hindrance) || status.phase === "making"}
            >
              <Download size={16} aria-hidden="true" />
              {t("save")}
            </Button>
            {status.phase === "making" && <Button onClick={stop}>{t("stop")}</Button>}
            {scope === "case" && (
              <Button look="quiet" onClick={() => window.print()}>
                <Printer size={16} aria-hidden="true" />
                {t("preparePrint")}
              </Button>
            )}
          </div>
          <p role="status" className={`text-small ${status.phase === "failed" ? "text-red" : "text-ink-2"}`}>
            <StatusWords status={status} />
          </p>
        </div>
      </div>
    </PanelDialog>
  );
}

function StatusWords({ status }: { status: Status }) {
  const t = useTranslations("report.dialog");
  if (status.phase === "making") return t("making");
  if (status.phase === "saved") return t("saved", { name: status.name });
  if (status.phase === "failed") return t("failed", { reason: status.reason });
  return t("local");
}

function identityNote(kind: string, includeIdentity: boolean, isDicom: boolean) {
  if (kind !== "structured-report" && kind !== "secondary-capture") return "identityAbout";
  if (!isDicom) return "ownStudyOnly";
  return includeIdentity ? "identityDicom" : "ownStudy";
}
