"use client";

import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { IntlProvider } from "use-intl";
import { loadMessages, type Messages } from "@/messages/load";
import { chooseLocale, type Locale, localeCookie } from "./locales";
import { ManifestTextsContext } from "./manifest-text";
import "./types";

interface Language {
  locale: Locale;
  messages: Messages;
}

const yearSeconds = 31_536_000;
const SwitchContext = createContext<(locale: Locale) => void>(() => {});

/** Shows the page in another language: no request but for its words, and nothing on the page is lost. */
export function useLanguageSwitch(): (locale: Locale) => void {
  return useContext(SwitchContext);
}

function cookieLocale(): string | undefined {
  return document.cookie
    .split("; ")
    .find((entry) => entry.startsWith(`${localeCookie}=`))
    ?.slice(localeCookie.length + 1);
}

interface LanguageProviderProps extends Language {
  /** The manifest's sentences in this language, so that the first paint has them. */
  manifestTexts: Readonly<Record<string, string>>;
  children: ReactNode;
}

/** The words of the server's answer, and of another language once it is chosen. */
export function LanguageProvider({ locale, messages, manifestTexts, children }: LanguageProviderProps) {
  const [language, setLanguage] = useState<Language>({ locale, messages });

  useEffect(() => {
    document.documentElement.lang = language.locale;
  }, [language.locale]);

  // A page kept for offline use may be in the language of the visit before.
  useEffect(() => {
    const chosen = chooseLocale(cookieLocale(), locale);
    if (chosen !== locale)
      void loadMessages(chosen).then((loaded) => setLanguage({ locale: chosen, messages: loaded }));
  }, [locale]);

  async function switchTo(chosen: Locale): Promise<void> {
    // A cookie, so that the server's first byte already has the language.
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every supported browser.
    document.cookie = `${localeCookie}=${chosen}; path=/; max-age=${yearSeconds}; samesite=strict`;
    setLanguage({ locale: chosen, messages: await loadMessages(chosen) });
  }

  return (
    <SwitchContext value={(chosen) => void switchTo(chosen)}>
      <IntlProvider locale={language.locale} messages={language.messages} timeZone="UTC">
        <ManifestTextsContext value={manifestTexts}>{children}</ManifestTextsContext>
      </IntlProvider>
    </SwitchContext>
  );
}
