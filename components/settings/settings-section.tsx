import { type ReactNode, useId } from "react";
import { useTranslations } from "use-intl";

/** One group of settings. */
export function SettingsSection({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className="flex flex-col gap-3 rounded-panel border border-line bg-raised p-4 sm:p-5"
    >
      <h2 id={id} className="font-semibold">
        {title}
      </h2>
      {children}
    </section>
  );
}

/** Why a setting cannot be changed here. */
export function FixedLine({ variable }: { variable: string | null }) {
  const t = useTranslations("settings");
  return <p className="text-small text-ink-2">{t("fixed", { variable: variable ?? "" })}</p>;
}

export function SavedLine() {
  const t = useTranslations("settings");
  return (
    <p role="status" className="text-small text-ink-2">
      {t("saved")}
    </p>
  );
}
