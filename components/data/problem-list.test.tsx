import { renderToStaticMarkup } from "react-dom/server";
import { IntlProvider } from "use-intl";
import { describe, expect, it } from "vitest";
import { problem } from "@/lib/dataset-report/problems";
import english from "@/messages/en/data.json";
import french from "@/messages/fr/data.json";
import { ProblemList } from "./problem-list";

const first = { caseId: "NORMAL/IM-1.png", label: 0, patientId: "IM-1", split: "train" } as const;
const second = { caseId: "PNEUMONIA/p2.png", label: 1, patientId: "p2", split: "test" } as const;
const problems = [
  problem(
    "near-duplicate-across-splits",
    [{ kind: "sides", first, second, likeness: { distance: 7, correlation: 0.9876 } }],
    "Nearly the same image on two sides of the split",
    "Remove one of the two files.",
  ),
  problem(
    "undecodable",
    Array.from({ length: 7 }, (_, at) => ({ kind: "file", path: `NORMAL/${at}.png`, reason: "cut off" })),
    "Files that do not decode were left out",
  ),
  problem(
    "drift-major",
    [{ kind: "drift", measure: "mean", part: "added", psi: 0.456, medianBefore: 100.25, medianAfter: 90 }],
    "Major drift",
  ),
];

function shown(locale: "en" | "fr", which = problems): string {
  const messages = { data: locale === "fr" ? french : english };
  const markup = renderToStaticMarkup(
    <IntlProvider locale={locale} messages={messages} timeZone="UTC">
      <ProblemList problems={which} />
    </IntlProvider>,
  );
  return markup.replaceAll("\u00a0", " ").replaceAll("\u202f", " ");
}

describe("ProblemList", () => {
  it("says what was found in the reader's language, with the same values", () => {
    const inFrench = shown("fr");
    expect(inFrench).toContain("Presque la même image est dans deux parties");
    expect(inFrench).toContain(
      "NORMAL/IM-1.png (patient IM-1, entraînement) et PNEUMONIA/p2.png (patient p2, test) (7 bits sur 256, corrélation 0,988)",
    );
    expect(inFrench).toContain("Niveau moyen des images ajoutées : PSI 0,46, médiane 100,3 → 90,0");
    expect(inFrench).toContain('NORMAL/4.png<span lang="en"> (cut off)</span>');
    expect(inFrench).toContain("et 2 de plus");
    expect(inFrench).not.toMatch(/NORMAL\/5|Remove|Files|Major drift/);
    expect(shown("en")).toContain("Remove one of the two files from the data, or name both files");
  });

  it("shows an older report's English text as English", () => {
    const older = problems.slice(0, 1).map(({ named: _, ...rest }) => rest);
    expect(shown("fr", older)).toContain('<p lang="en">Nearly the same image on two sides');
  });
});
