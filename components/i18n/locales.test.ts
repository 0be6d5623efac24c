import { expect, it } from "vitest";
import { chooseLocale } from "./locales";

it.each([
  ["fr", "en-US", "fr"],
  ["en", "fr-FR,fr;q=0.9", "en"],
  [undefined, "fr-CA,fr;q=0.9,en;q=0.8", "fr"],
  [undefined, "de;q=1, en;q=0.4, fr;q=0.7", "fr"],
  [undefined, "fr;q=0, en;q=0.1", "en"],
  [undefined, "de-DE,ja", "en"],
  ["../etc", null, "en"],
] as const)("cookie %s and Accept-Language %s give %s", (cookie, header, locale) => {
  expect(chooseLocale(cookie, header)).toBe(locale);
});
