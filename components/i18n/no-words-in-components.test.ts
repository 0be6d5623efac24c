import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

/** Names that no language translates. */
const names = new Set(["Pneumoscope"]);
/** Comparisons and type arguments that look like text between tags. */
const isCode = /&&|\|\||^,|\$$/;
const folders = ["components", "app"];

function sources(): string[] {
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".tsx") && !name.endsWith(".test.tsx"))
      .map((name) => `${folder}/${name}`),
  );
}

/** Text between tags, and texts of attributes that are read out or shown. */
function wordsIn(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const between = [...code.matchAll(/(?:[\w"'}/]|\s)>([^<>{}();=]*\p{L}{2,}[^<>{}();=]*)(?=[<{])/gu)];
  const attributes = [
    ...code.matchAll(
      /\b(?:aria-label|aria-description|title|alt|placeholder|label)="([^"]*\p{L}{2,}[^"]*)"/gu,
    ),
  ];
  return [...between, ...attributes]
    .map(([, text = ""]) => text.trim())
    .filter((text) => !names.has(text) && !isCode.test(text));
}

it("has its words in messages/, so that they are there in both languages", () => {
  const found = sources().flatMap((file) =>
    wordsIn(readFileSync(file, "utf8")).map((text) => `${file}: ${text}`),
  );
  expect(found).toEqual([]);
});

it("finds words where they are", () => {
  expect(wordsIn("<p>\n  Two words, {n}\n</p>")).toEqual(["Two words,"]);
  expect(wordsIn('<button aria-label="Close" className="a b">{t("x")}</button>')).toEqual(["Close"]);
  expect(wordsIn("const f = (a: Map<string, number>) => a.size > limit && <b>Pneumoscope</b>;")).toEqual([]);
});
