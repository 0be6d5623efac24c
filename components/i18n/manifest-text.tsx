import { createContext, useContext, useEffect, useState } from "react";
import { useLocale } from "use-intl";

type Translate = (text: string) => string | undefined;

/** Sentences that came with the page. */
export const ManifestTextsContext = createContext<Readonly<Record<string, string>>>({});

const asSigned: Translate = (text) => text;

/** The manifest's texts in the reader's language, or undefined where one has no translation. */
export function useManifestText(): Translate {
  const locale = useLocale();
  const texts = useContext(ManifestTextsContext);
  const [french, setFrench] = useState<Translate>(() => (text: string) => texts[text]);
  useEffect(() => {
    if (locale === "fr")
      void import("@/messages/fr/manifest-texts").then((loaded) =>
        setFrench(() => loaded.manifestTextInFrench),
      );
  }, [locale]);
  return locale === "fr" ? french : asSigned;
}

/** A text of the manifest in the reader's language where there is a translation, else as it was signed. */
export function ManifestText({ children }: { children: string }) {
  const translate = useManifestText();
  return translate(children) ?? <span lang="en">{children}</span>;
}
