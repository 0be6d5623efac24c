import { type FontSubset, fontFileName, type ReportFonts } from "@/lib/report/report-fonts";

/** The font files of these scripts, from this origin. @throws Error where one is missing */
export async function loadFonts(subsets: readonly FontSubset[]): Promise<ReportFonts> {
  const fonts: ReportFonts = { regular: {}, bold: {} };
  await Promise.all(
    subsets.flatMap((subset) =>
      (["regular", "bold"] as const).map(async (weight) => {
        fonts[weight][subset] = await fetchFont(fontFileName(weight, subset));
      }),
    ),
  );
  return fonts;
}

async function fetchFont(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const answer = await fetch(`/runtime/${name}`);
  if (!answer.ok) throw new Error(`the font ${name} could not be fetched (${answer.status})`);
  return new Uint8Array(await answer.arrayBuffer());
}
