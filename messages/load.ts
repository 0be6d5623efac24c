import type { Locale } from "@/components/i18n/locales";
import type en from "./en";

/** English is the pattern: every other language has the same keys. */
export type Messages = typeof en;

/** The manifest's sentences in that language, by the English ones. */
export async function loadManifestTexts(locale: Locale): Promise<Readonly<Record<string, string>>> {
  return locale === "fr" ? (await import("./fr/manifest-texts")).manifestTexts : {};
}

/** The words of one language; the others stay where they are. */
export async function loadMessages(locale: Locale): Promise<Messages> {
  switch (locale) {
    case "en":
      return (await import("./en")).default;
    case "fr":
      return (await import("./fr")).default;
  }
}
