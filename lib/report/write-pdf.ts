import type PDFKit from "pdfkit";
import { joinBytes } from "@/lib/join-bytes";
import type { CaseWords, ScaleWords } from "./case-words";
import { type ReportFonts, runsOf } from "./report-fonts";

/** A picture for the page: JPEG or PNG bytes and its size in pixels. */
export interface PdfImage {
  bytes: Uint8Array<ArrayBuffer>;
  width: number;
  height: number;
}

export interface PdfContent {
  words: CaseWords;
  /** The radiograph; null where it could not be read. */
  image: PdfImage | null;
  /** The same with the map over it; null without a result. */
  overlay: PdfImage | null;
  fonts: ReportFonts;
  createdAt: Date;
}

type Doc = PDFKit.PDFDocument;
type Weight = keyof ReportFonts;

const page = { width: 595.28, height: 841.89, margin: 42 };
const inner = page.width - 2 * page.margin;
const ink = "#101418";
const quiet = "#4c5560";
const line = "#d5d9df";
const amber = "#8a5a00";
// Figures of one width. Inter's kerning would also push "7." so close that 47.0 reads as 470.
const features: PDFKit.Mixins.OpenTypeFeatures[] = ["tnum"];

/**
 * A case as one A4 page: vector text in Inter, tagged for screen readers, in the words' language. Its metadata name the
 * product and nothing else.
 */
export async function writePdf(content: PdfContent): Promise<Uint8Array<ArrayBuffer>> {
  const { default: PDFDocument } = await import("pdfkit");
  const { words } = content;
  const doc = new PDFDocument({
    size: "A4",
    margin: 0,
    // None of the fonts every reader has: the browser's build comes without their measures.
    font: "",
    lang: words.language,
    tagged: true,
    displayTitle: true,
    pdfVersion: "1.7",
    info: {
      Title: words.title,
      Author: "Pneumoscope",
      Creator: "Pneumoscope",
      Producer: "Pneumoscope",
      CreationDate: content.createdAt,
    },
  });
  const chunks: Uint8Array[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    doc.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    doc.on("end", () => resolve());
    doc.on("error", reject);
  });
  new PdfPage(doc, content).draw();
  doc.end();
  await ended;
  return joinBytes(chunks);
}

class PdfPage {
  #doc: Doc;
  #content: PdfContent;
  #root: ReturnType<Doc["struct"]>;
  #y = page.margin;

  constructor(doc: Doc, content: PdfContent) {
    this.#doc = doc;
    this.#content = content;
    for (const weight of ["regular", "bold"] as const) {
      for (const [subset, bytes] of Object.entries(content.fonts[weight])) {
        doc.registerFont(`${weight} ${subset}`, bytes as unknown as ArrayBuffer);
      }
    }
    this.#root = doc.struct("Document");
    doc.addStructure(this.#root);
  }

  draw(): void {
    const { words } = this.#content;
    this.#header();
    if (words.identity.length > 0) this.#table(words.identity, 2, 8.5);
    this.#images();
    this.#verdict();
    if (words.scale) this.#scale(words.scale);
    for (const warning of words.warnings)
      this.#paragraph(warning, { size: 9.5, weight: "bold", colour: amber });
    for (const sentence of words.sentences) this.#paragraph(sentence, { size: 9.5 });
    this.#y += 8;
    this.#table(words.details, 2, 7.5);
    this.#bottom();
    this.#root.end();
  }

  #header(): void {
    const { words } = this.#content;
    this.#tagged("H1", () => this.#text(words.title, page.margin, this.#y, { size: 13, weight: "bold" }));
    this.#y += 19;
    this.#paragraph(words.subject, { size: 9, colour: quiet });
    this.#paragraph(words.researchUse, { size: 9, weight: "bold", colour: amber });
    this.#rule();
  }

  #images(): void {
    const { image, overlay, words } = this.#content;
    const shown = [
      { picture: image, caption: words.imageCaption },
      { picture: overlay, caption: words.mapCaption ?? "" },
    ].flatMap(({ picture, caption }) => (picture ? [{ picture, caption }] : []));
    if (shown.length === 0) return;
    const gap = 12;
    const width = (inner - gap) / 2;
    const tallest = 270;
    const scale = Math.min(
      ...shown.map(({ picture }) => Math.min(width / picture.width, tallest / picture.height)),
    );
    const top = this.#y;
    let lowest = top;
    shown.forEach(({ picture, caption }, index) => {
      const left = page.margin + index * (width + gap);
      const height = picture.height * scale;
      this.#figure(caption, () =>
        this.#doc.image(picture.bytes.buffer, left, top, { width: picture.width * scale, height }),
      );
      this.#y = top + height + 5;
      this.#paragraph(caption, { size: 8, colour: quiet, left, width });
      lowest = Math.max(lowest, this.#y);
    });
    this.#y = lowest + 6;
  }

  #verdict(): void {
    const { verdict } = this.#content.words;
    this.#paragraph(verdict.label, { size: 8, colour: quiet });
    this.#tagged("H2", () => this.#text(verdict.heading, page.margin, this.#y, { size: 20, weight: "bold" }));
    this.#y += 27;
    if (verdict.probability) this.#paragraph(verdict.probability, { size: 11 });
  }

  /** One scale from 0 to 100 %: the band shaded, the threshold a line, the probability a mark. */
  #scale(scale: ScaleWords): void {
    const label = `${scale.probabilityLabel}. ${scale.thresholdLabel}.${scale.bandLabel ? ` ${scale.bandLabel}.` : ""}`;
    const top = this.#y + 22;
    const at = (share: number) => page.margin + share * inner;
    this.#figure(label, () => {
      const doc = this.#doc;
      doc.roundedRect(page.margin, top, inner, 12, 2).fill("#e6e9ed");
      if (scale.band) {
        const { low, high } = scale.band;
        doc.rect(at(low), top, at(high) - at(low), 12).fill("#f2bb56");
      }
      doc.rect(at(scale.threshold) - 0.75, top - 6, 1.5, 24).fill(ink);
      const mark = at(scale.probability);
      doc
        .moveTo(mark, top - 5)
        .lineTo(mark + 7, top + 6)
        .lineTo(mark, top + 17)
        .lineTo(mark - 7, top + 6)
        .closePath()
        .fillAndStroke("#0b5bd3", "#ffffff");
    });
    this.#tagged("P", () => {
      this.#around(scale.thresholdLabel, scale.threshold, top - 18, { size: 8 });
      this.#text(scale.start, page.margin, top + 19, { size: 8, colour: quiet });
      this.#around(scale.end, 1, top + 19, { size: 8, colour: quiet });
      if (scale.bandLabel && scale.band) {
        this.#around(scale.bandLabel, (scale.band.low + scale.band.high) / 2, top + 19, {
          size: 8,
          colour: amber,
        });
      }
    });
    this.#y = top + 36;
  }

  /** Text centred on a place of the scale, kept inside the page. */
  #around(text: string, share: number, y: number, style: Style): void {
    const width = this.#widthOf(text, style);
    const left = page.margin + share * inner - width / 2;
    this.#text(text, Math.min(page.margin + inner - width, Math.max(page.margin, left)), y, style);
  }

  /** Label and value pairs, filled column by column. */
  #table(rows: [string, string][], columns: number, size: number): void {
    const gap = 16;
    const width = (inner - gap * (columns - 1)) / columns;
    const most = Math.ceil(rows.length / columns);
    const top = this.#y;
    let lowest = top;
    for (let column = 0; column < columns; column++) {
      this.#y = top;
      for (const [label, value] of rows.slice(column * most, (column + 1) * most)) {
        const left = page.margin + column * (width + gap);
        const labelWidth = 92;
        const start = this.#y;
        this.#paragraph(label, { size, colour: quiet, left, width: labelWidth - 6 });
        const afterLabel = this.#y;
        this.#y = start;
        this.#paragraph(value, { size, left: left + labelWidth, width: width - labelWidth });
        this.#y = Math.max(this.#y, afterLabel);
      }
      lowest = Math.max(lowest, this.#y);
    }
    this.#y = lowest + 6;
  }

  #bottom(): void {
    const { words } = this.#content;
    const size = 7.5;
    const lines = this.#wrapped(words.disclaimer, inner, { size }).length;
    this.#y = Math.max(this.#y, page.height - page.margin - (lines + 1) * size * 1.4 - 12);
    this.#rule();
    this.#paragraph(words.disclaimer, { size });
    this.#paragraph(words.footer, { size, colour: quiet });
  }

  #rule(): void {
    const { margin, width } = page;
    this.#doc.markContent("Artifact", { type: "Layout" });
    this.#doc
      .moveTo(margin, this.#y)
      .lineTo(width - margin, this.#y)
      .lineWidth(0.6)
      .stroke(line);
    this.#doc.endMarkedContent();
    this.#y += 8;
  }

  #paragraph(text: string, style: Style & { left?: number; width?: number }): void {
    const left = style.left ?? page.margin;
    const lines = this.#wrapped(text, style.width ?? inner, style);
    this.#tagged("P", () => {
      for (const part of lines) {
        this.#text(part, left, this.#y, style);
        this.#y += style.size * 1.38;
      }
    });
    this.#y += style.size * 0.2;
  }

  /** Lines that fit, broken at plain spaces only; a word wider than the line is cut where it must be. */
  #wrapped(text: string, width: number, style: Style): string[] {
    const lines: string[] = [];
    let current = "";
    for (const word of text.split(" ")) {
      const candidate = current === "" ? word : `${current} ${word}`;
      if (this.#widthOf(candidate, style) <= width) {
        current = candidate;
        continue;
      }
      if (current !== "") lines.push(current);
      current = word;
      while (this.#widthOf(current, style) > width && current.length > 1) {
        let fits = current.length - 1;
        while (fits > 1 && this.#widthOf(current.slice(0, fits), style) > width) fits--;
        lines.push(current.slice(0, fits));
        current = current.slice(fits);
      }
    }
    return [...lines, current];
  }

  #text(text: string, left: number, top: number, style: Style): void {
    let x = left;
    for (const run of runsOf(text)) {
      this.#font(run.subset, style);
      this.#doc.fillColor(style.colour ?? ink).text(run.text, x, top, { lineBreak: false, features });
      x += this.#doc.widthOfString(run.text, { features });
    }
  }

  #widthOf(text: string, style: Style): number {
    let width = 0;
    for (const run of runsOf(text)) {
      this.#font(run.subset, style);
      width += this.#doc.widthOfString(run.text, { features });
    }
    return width;
  }

  #font(subset: string, { weight = "regular", size }: Style): void {
    this.#doc.font(`${weight} ${subset}`).fontSize(size);
  }

  #tagged(type: "H1" | "H2" | "P", drawing: () => void): void {
    this.#root.add(this.#doc.struct(type, {}, [drawing]));
  }

  #figure(alternative: string, drawing: () => void): void {
    this.#root.add(this.#doc.struct("Figure", { alt: alternative }, [drawing]));
  }
}

interface Style {
  size: number;
  weight?: Weight;
  colour?: string;
}
