"use client";

import { useLocale } from "use-intl";
import { useLanguageSwitch } from "@/components/i18n/language-provider";
import { useKeys } from "@/components/ui/use-keys";

/** What the button offers, in the language it offers. */
const others = {
  en: { locale: "fr", short: "FR", title: "FR, afficher en français (G)" },
  fr: { locale: "en", short: "EN", title: "EN, show in English (G)" },
} as const;

export function LanguageButton() {
  const { locale, short, title } = others[useLocale()];
  const switchTo = useLanguageSwitch();
  useKeys({ language: () => switchTo(locale) });
  return (
    <button
      type="button"
      lang={locale}
      onClick={() => switchTo(locale)}
      aria-label={title}
      title={title}
      className="inline-flex size-9 items-center justify-center rounded-control text-small font-medium text-ink-2 hover:bg-float hover:text-ink"
    >
      {short}
    </button>
  );
}
