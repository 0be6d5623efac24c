"use client";

import { useTranslations } from "use-intl";

/** The first thing that Tab reaches: past the header. Out of sight until it has the focus. */
export function SkipLink() {
  const t = useTranslations("common");
  return (
    <a
      href="#content"
      className="fixed top-1 left-1 z-50 -translate-y-20 rounded-control bg-accent px-3 py-2 text-on-accent focus:translate-y-0"
    >
      {t("skipToContent")}
    </a>
  );
}
