import { useTranslations } from "use-intl";
import { PanelDialog } from "@/components/ui/panel-dialog";
import { RemoteForm } from "./remote-form";
import { UploadForm } from "./upload-form";

interface ImportPanelProps {
  open: boolean;
  onClose(): void;
  hasCurrent: boolean;
}

/** Where new data comes from: this computer, or the remote that the server is configured with. */
export function ImportPanel({ open, onClose, hasCurrent }: ImportPanelProps) {
  const t = useTranslations("data.import");
  return (
    <PanelDialog open={open} onOpenChange={(next) => !next && onClose()} title={t("title")}>
      <div className="flex flex-col gap-6">
        <section className="flex flex-col gap-3" aria-labelledby="import-upload">
          <h3 id="import-upload" className="font-semibold">
            {t("upload")}
          </h3>
          <p className="text-ink-2">{t("explain")}</p>
          <UploadForm hasCurrent={hasCurrent} onStarted={onClose} />
        </section>
        <section className="flex flex-col gap-3 border-t border-line pt-4" aria-labelledby="import-remote">
          <h3 id="import-remote" className="font-semibold">
            {t("remote")}
          </h3>
          <RemoteForm onStarted={onClose} />
        </section>
      </div>
    </PanelDialog>
  );
}
