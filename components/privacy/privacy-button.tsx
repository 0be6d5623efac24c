"use client";

import { ShieldCheck } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslations } from "use-intl";
import { keyCapOf } from "@/components/ui/key-registry";
import { PanelDialog } from "@/components/ui/panel-dialog";
import { useKeys } from "@/components/ui/use-keys";
import { watchInstallPrompt } from "@/lib/browser/offline/install-prompt";
import { startRequestLog } from "@/lib/browser/privacy/request-log";

// Here rather than in an effect: what the page asks for first must be on the list.
startRequestLog();
watchInstallPrompt();

const PrivacyPanel = lazy(() => import("./privacy-panel"));

export function PrivacyButton() {
  const t = useTranslations("privacy");
  const [open, setOpen] = useState(false);
  useKeys({ privacy: () => setOpen(true) });
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        aria-label={t("title")}
        title={`${t("title")} (${keyCapOf("privacy")})`}
        className="inline-flex size-9 items-center justify-center rounded-control text-ink-2 hover:bg-float hover:text-ink"
      >
        <ShieldCheck size={18} aria-hidden="true" />
      </button>
      <PanelDialog open={open} onOpenChange={setOpen} title={t("title")}>
        <Suspense>
          <PrivacyPanel />
        </Suspense>
      </PanelDialog>
    </>
  );
}
