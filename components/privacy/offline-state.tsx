import { Download } from "lucide-react";
import { useSyncExternalStore } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { canInstall, install, subscribeInstall } from "@/lib/browser/offline/install-prompt";
import { getOffline, initialOffline, subscribeOffline } from "@/lib/browser/offline/keep-offline";

export function OfflineState() {
  const t = useTranslations("privacy.offline");
  const { state } = useSyncExternalStore(subscribeOffline, getOffline, () => initialOffline);
  const installable = useSyncExternalStore(subscribeInstall, canInstall, () => false);
  return (
    <div className="flex flex-col items-start gap-3">
      <p data-offline={state} className="text-ink-2">
        {t(state)}
      </p>
      {installable ? (
        <Button onClick={() => void install()}>
          <Download size={16} aria-hidden="true" />
          {t("install")}
        </Button>
      ) : (
        state === "ready" && <p className="text-small text-ink-2">{t("installHint")}</p>
      )}
    </div>
  );
}
