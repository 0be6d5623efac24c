export const locales = ["en", "fr"] as const;
export type Locale = (typeof locales)[number];

export const localeCookie = "locale";

/** The reader's own choice, else the first of the browser's languages that there is, else English. */
export function chooseLocale(cookie: string | undefined, acceptLanguage: string | null): Locale {
  return known(cookie) ?? preferred(acceptLanguage ?? "") ?? "en";
}

/** @param tag "fr", "fr-CA", "FR" … */
function known(tag: string | undefined): Locale | undefined {
  const language = tag?.trim().split("-", 1)[0]?.toLowerCase();
  return locales.find((locale) => locale === language);
}

/** RFC 9110, section 12.5.4: a weight of 0 means "not this one". */
function preferred(acceptLanguage: string): Locale | undefined {
  return acceptLanguage
    .split(",")
    .map((entry) => {
      const [tag, ...parameters] = entry.split(";");
      const weight = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1]).find(Boolean);
      return { locale: known(tag), weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .find(({ locale }) => locale)?.locale;
}
