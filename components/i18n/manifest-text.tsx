import { useEffect, useState } from "react";
import { useLocale } from "use-intl";

type Texts = Readonly<Record<string, string>>;

const none: Texts = {};

/** A text of the manifest in the reader's language where there is a translation, else as it was signed. */
export function ManifestText({ children }: { children: string }) {
  const locale = useLocale();
  const [texts, setTexts] = useState(none);
  useEffect(() => {
    if (locale === "fr")
      void import("@/messages/fr/manifest-texts").then((loaded) => setTexts(loaded.manifestTexts));
  }, [locale]);
  const translated = locale === "fr" ? texts[children] : children;
  return translated ?? <span lang="en">{children}</span>;
}
