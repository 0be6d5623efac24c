import { MonitorX } from "lucide-react";
import { useTranslations } from "use-intl";
import { PageTitle } from "@/components/ui/page-title";

/** In place of everything else where the browser lacks what a reading needs. */
export function UnsupportedBrowser({ features }: { features: string[] }) {
  const t = useTranslations("page.unsupported");
  return (
    <main
      id="content"
      tabIndex={-1}
      data-failure="BROWSER_UNSUPPORTED"
      className="flex flex-1 flex-col items-center justify-center gap-3 p-8 text-center"
    >
      <PageTitle />
      <MonitorX size={36} strokeWidth={1.25} aria-hidden="true" className="text-amber" />
      <h1 className="text-title font-semibold">{t("title")}</h1>
      <p className="max-w-prose text-ink-2">
        {t("meaning")} {t("missing", { features: features.join(", ") })}
      </p>
      <p className="max-w-prose">{t("action")}</p>
    </main>
  );
}
