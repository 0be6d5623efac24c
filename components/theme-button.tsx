"use client";

import { SunMoon } from "lucide-react";
import { useTranslations } from "use-intl";
import { useKeys } from "@/components/ui/use-keys";

const yearSeconds = 31_536_000;

function switchTheme(): void {
  const root = document.documentElement;
  const theme = root.dataset.theme === "light" ? "dark" : "light";
  root.dataset.theme = theme;
  // A cookie, so that the server's first byte already has the theme.
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every supported browser.
  document.cookie = `theme=${theme}; path=/; max-age=${yearSeconds}; samesite=strict`;
}

export function ThemeButton() {
  const t = useTranslations("common");
  useKeys({ theme: switchTheme });
  return (
    <button
      type="button"
      onClick={switchTheme}
      aria-label={t("theme")}
      title={`${t("theme")} (T)`}
      className="inline-flex size-9 items-center justify-center rounded-control text-ink-2 hover:bg-float hover:text-ink"
    >
      <SunMoon size={18} aria-hidden="true" />
    </button>
  );
}
