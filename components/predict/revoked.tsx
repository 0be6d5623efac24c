import { Ban } from "lucide-react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import type { Revocation } from "@/lib/manifest";

/** What read this image has been withdrawn since: said before its result. */
export function Revoked({ revocation }: { revocation: Revocation }) {
  const t = useTranslations("predict.revoked");
  const { instant } = useFormat();
  const { version, reason, revokedAt } = revocation;
  return (
    <section
      data-revoked={version}
      aria-label={t("title")}
      className="rounded-control border border-red/50 px-3 py-2.5"
    >
      <h2 className="flex items-center gap-2 font-semibold">
        <Ban size={16} aria-hidden="true" className="shrink-0 text-red" />
        {t("title")}
      </h2>
      <p className="mt-1">{t("text", { version, instant: instant(revokedAt) })}</p>
      <p className="mt-1 wrap-anywhere">{t("reason", { reason })}</p>
    </section>
  );
}
