/** The files that Inter comes in; each holds the letters of some scripts. */
export const fontSubsets = ["latin", "latin-ext", "greek", "cyrillic", "cyrillic-ext", "vietnamese"] as const;
export type FontSubset = (typeof fontSubsets)[number];

const weights = { regular: 400, bold: 600 } as const;

/** Name of a font's file under /runtime. */
export function fontFileName(weight: keyof ReportFonts, subset: FontSubset): string {
  return `inter-${subset}-${weights[weight]}-normal.woff`;
}

/** Path in node_modules and name of every font file that a report may need. */
export const reportFontFiles = fontSubsets.flatMap((subset) =>
  (["regular", "bold"] as const).map((weight) => {
    const name = fontFileName(weight, subset);
    return { path: `node_modules/@fontsource/inter/files/${name}`, name };
  }),
);

/** Bytes of the WOFF files that a document needs. */
export interface ReportFonts {
  regular: Partial<Record<FontSubset, Uint8Array<ArrayBuffer>>>;
  bold: Partial<Record<FontSubset, Uint8Array<ArrayBuffer>>>;
}

// The files' own ranges, less what the Latin file has first.
const ranges: [FontSubset, [first: number, last: number][]][] = [
  [
    "latin",
    [
      [0x20, 0xff],
      [0x131, 0x131],
      [0x152, 0x153],
      [0x2c6, 0x2c6],
      [0x2da, 0x2da],
      [0x2dc, 0x2dc],
      [0x2009, 0x2009],
      [0x2010, 0x2027],
      [0x2030, 0x203a],
      [0x20ac, 0x20ac],
      [0x2122, 0x2122],
      [0x2212, 0x2212],
    ],
  ],
  ["vietnamese", [[0x1ea0, 0x1ef9]]],
  [
    "latin-ext",
    [
      [0x100, 0x17f],
      [0x192, 0x192],
      [0x1a0, 0x1a1],
      [0x1af, 0x1b0],
      [0x1cd, 0x1dc],
      [0x1e6, 0x1eb],
      [0x1fa, 0x21b],
      [0x1e80, 0x1e85],
      [0x1e9e, 0x1e9e],
    ],
  ],
  ["greek", [[0x384, 0x3ce]]],
  ["cyrillic", [[0x401, 0x45f]]],
  ["cyrillic-ext", [[0x460, 0x52f]]],
];

/** Which file has a character; null where none does. */
export function subsetOf(codePoint: number): FontSubset | null {
  for (const [subset, spans] of ranges) {
    if (spans.some(([first, last]) => codePoint >= first && codePoint <= last)) return subset;
  }
  return null;
}

/** Which files a document with these texts needs; the Latin one always. */
export function subsetsFor(texts: readonly string[]): FontSubset[] {
  const needed = new Set<FontSubset>(["latin"]);
  for (const character of texts.join("")) {
    const subset = subsetOf(drawable(character).codePointAt(0) as number);
    if (subset) needed.add(subset);
  }
  return [...needed];
}

export interface TextRun {
  subset: FontSubset;
  text: string;
}

/** A text in runs of one font file each. What no file has becomes a question mark; spaces join what they follow. */
export function runsOf(text: string): TextRun[] {
  const runs: TextRun[] = [];
  for (const character of text.normalize("NFC")) {
    const drawn = drawable(character);
    if (drawn === "") continue;
    const subset = subsetOf(drawn.codePointAt(0) as number);
    const last = runs.at(-1);
    const wanted = drawn === " " && last ? last.subset : (subset ?? "latin");
    const shown = subset ? drawn : "?";
    if (last?.subset === wanted) last.text += shown;
    else runs.push({ subset: wanted, text: shown });
  }
  return runs;
}

/** Inter has a thin space but not the narrow no-break one; lines are broken at plain spaces only, so they are alike. */
function drawable(character: string): string {
  if (character === "\u202f") return "\u2009";
  if (character === "\u2060" || character === "\u200b" || character === "\ufeff") return "";
  return character < " " ? " " : character;
}
