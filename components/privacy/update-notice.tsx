"use client";

import { RefreshCw } from "lucide-react";
import { useSyncExternalStore } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { getOffline, initialOffline, subscribeOffline, takeUpdate } from "@/lib/browser/offline/keep-offline";

/** A newer build is kept and waits: only the reader decides when the page gives up what it shows. */
export function UpdateNotice() {
  const t = useTranslations("privacy.update");
  const { updateReady } = useSyncExternalStore(subscribeOffline, getOffline, () => initialOffline);
  return (
    <div role="status" className="empty:hidden">
      {updateReady && (
        <div className="flex items-center gap-x-4 border-b border-line bg-raised px-4 py-1.5">
          <RefreshCw size={16} aria-hidden="true" className="shrink-0 text-accent" />
          <p className="min-w-0 flex-1">
            {t("ready")} <span className="text-ink-2">{t("explained")}</span>
          </p>
          <Button className="min-h-8" onClick={takeUpdate}>
            {t("reload")}
          </Button>
        </div>
      )}
    </div>
  );
}
