/** What a bench prints, by name. */
export type Figures = Record<string, number | string>;

export function peakMemoryMiB(): number {
  return process.resourceUsage().maxRSS / 1024;
}

export function readableFigures(figures: Figures): string {
  const lines = Object.entries(figures).map(([name, value]) => {
    const text =
      typeof value === "number" ? value.toLocaleString("en", { maximumSignificantDigits: 4 }) : value;
    return `${text.padStart(10)}  ${name}`;
  });
  return `${lines.join("\n")}\n`;
}
