import {
  isLiteralElement,
  isPluralElement,
  isPoundElement,
  isSelectElement,
  isTagElement,
  type MessageFormatElement,
  parse,
} from "@formatjs/icu-messageformat-parser";
import { expect, it } from "vitest";
import en from "@/messages/en";
import fr from "@/messages/fr";
import { frenchTypography } from "./french-typography";

/** Words that are the same in both languages. */
const sameInBoth = new Set([
  "Pages",
  "Image",
  "Images",
  "Zoom",
  "Version",
  "AUC",
  "Ctrl V",
  "Verdict",
  "Prob.",
  "Normal",
  "page",
  "service worker",
  "Promotion",
  "Mode",
  "Notifications",
  "Slack",
  "Webhook",
  "API",
  "Type",
  "F1",
  "normal",
  "Configuration",
  "Source",
  "Notes",
  "{digest}, {images} images, {when}",
  "Patients",
  "Virus",
  "validation",
  "test",
  "pixels",
  "KS",
  "stable",
]);

type Tree = { [key: string]: string | Tree };

function flat(tree: Tree, prefix = ""): [key: string, text: string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string"
      ? [[`${prefix}${key}`, value] as [string, string]]
      : flat(value, `${prefix}${key}.`),
  );
}

/** Names and kinds of a message's arguments and tags, whatever their order. */
function placeholders(elements: readonly MessageFormatElement[]): string[] {
  const found = elements.flatMap((element): string[] => {
    if (isTagElement(element)) return [`<${element.value}>`, ...placeholders(element.children)];
    if (isPluralElement(element) || isSelectElement(element))
      return [
        `${element.value}:${element.type}`,
        ...Object.values(element.options).flatMap(({ value }) => placeholders(value)),
      ];
    return isLiteralElement(element) || isPoundElement(element) ? [] : [element.value];
  });
  return [...new Set(found)].sort();
}

const english = new Map(flat(en));
const french = new Map(flat(fr));

it("has the same keys in both languages", () => {
  expect([...french.keys()].sort()).toEqual([...english.keys()].sort());
  expect(english.size).toBeGreaterThan(100);
});

const both = [...english].map(([key, inEnglish]) => ({ key, inEnglish, inFrench: french.get(key) ?? "" }));

it("has the same placeholders in both languages, and messages that parse", () => {
  for (const { key, inEnglish, inFrench } of both)
    expect(placeholders(parse(inFrench)), key).toEqual(placeholders(parse(inEnglish)));
});

it("is translated", () => {
  const untranslated = both.filter(
    ({ inEnglish, inFrench }) =>
      inFrench.trim() === "" || (inFrench === inEnglish && !sameInBoth.has(inEnglish)),
  );
  expect(untranslated).toEqual([]);
});

it("is set as French is printed (npx tsx scripts/french.ts does it)", () => {
  expect(both.filter(({ inFrench }) => inFrench !== frenchTypography(inFrench))).toEqual([]);
});

it("has no straight apostrophe, which would start a quotation: ’", () => {
  expect(both.filter(({ inEnglish, inFrench }) => `${inEnglish}${inFrench}`.includes("'"))).toEqual([]);
});

it("knows French punctuation", () => {
  expect(frenchTypography("l'image : « prête » ? oui ; 38 %, {n}% !")).toBe(
    "l’image\u202f: «\u202fprête\u202f»\u202f? oui\u202f; 38\u202f%, {n}\u202f%\u202f!",
  );
  expect(frenchTypography("https://x.fr/?a=1 à 10:30")).toBe("https://x.fr/?a=1 à 10:30");
  expect(frenchTypography("{n, plural, one {# image} other {# images}}")).toBe(
    "{n, plural, one {# image} other {# images}}",
  );
});
