import { inflate } from "pako";

/**
 * The text of a PDF as PDFKit writes it with embedded fonts, in the order it was drawn: glyphs of hexadecimal strings
 * through each font's ToUnicode table. Only for files of this product: any other writer's will come out empty.
 */
export function readPdfText(bytes: Uint8Array): string {
  const raw = latin1(bytes);
  const objects = new Map<string, string>();
  for (const [, id, body] of raw.matchAll(/(?:^|\n)(\d+) 0 obj\n([\s\S]*?)\nendobj/g)) {
    objects.set(id as string, body as string);
  }
  const fonts = new Map<string, Map<string, string>>();
  const names = [...raw.matchAll(/\/(F\d+) (\d+) 0 R/g)];
  for (const [, name, id] of names) {
    const table = /\/ToUnicode (\d+) 0 R/.exec(objects.get(id as string) ?? "")?.[1];
    if (table) fonts.set(name as string, unicodeOf(streamOf(objects.get(table) ?? "")));
  }
  return [...objects.values()].map((body) => textOf(streamOf(body), fonts)).join("");
}

/** Everything of a PDF that can be read without its fonts: dictionaries and unpacked streams. */
export function readPdfRaw(bytes: Uint8Array): string {
  const raw = latin1(bytes);
  const streams = [...raw.matchAll(/\d+ 0 obj\n[\s\S]*?\nendobj/g)].map(([body]) => streamOf(body));
  return [raw, ...streams].join("\n");
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

function streamOf(body: string): string {
  const start = body.indexOf("stream\n");
  if (start < 0) return "";
  const packed = body.slice(start + 7, body.lastIndexOf("\nendstream"));
  if (!body.includes("/FlateDecode")) return packed;
  return latin1(inflate(Uint8Array.from(packed, (character) => character.charCodeAt(0))));
}

/** Glyph number in four hexadecimal digits → its characters. */
function unicodeOf(table: string): Map<string, string> {
  const glyphs = new Map<string, string>();
  for (const [, first, list] of table.matchAll(/<([0-9a-f]{4})> <[0-9a-f]{4}> \[([^\]]*)\]/gi)) {
    const entries = [...(list as string).matchAll(/<([^>]*)>/g)];
    entries.forEach(([, codes], index) => {
      const glyph = (Number.parseInt(first as string, 16) + index).toString(16).padStart(4, "0");
      glyphs.set(
        glyph,
        (codes as string)
          .replace(/\s/g, "")
          .replace(/.{4}/g, (unit) => String.fromCharCode(Number.parseInt(unit, 16))),
      );
    });
  }
  return glyphs;
}

function textOf(stream: string, fonts: Map<string, Map<string, string>>): string {
  let font: Map<string, string> | undefined;
  let text = "";
  for (const [, name, shown] of stream.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)) {
    if (name) font = fonts.get(name);
    if (shown === undefined) continue;
    for (const [, hex] of shown.matchAll(/<([0-9a-f]*)>/gi)) {
      for (const glyph of (hex as string).match(/.{4}/g) ?? [])
        text += font?.get(glyph.toLowerCase()) ?? "\ufffd";
    }
    text += "\n";
  }
  return text;
}
