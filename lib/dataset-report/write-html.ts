import { splitSchema } from "@/lib/training/job";
import { drawHistograms } from "./draw-histograms";
import type { Drift } from "./drift";
import { measureNames } from "./image-measures";
import type { DuplicatePair } from "./pairs";
import type { DatasetReport, PartCounts } from "./report";
import { measureWords, percent } from "./report-text";
import type { VersionChange } from "./version-change";

const pairsShown = 50;

/** A report as one HTML file: no script, nothing to fetch, no image of a patient, light and dark. */
export async function writeHtml(report: DatasetReport): Promise<string> {
  const histograms = await drawHistograms(report.distributions);
  const { counts, change } = report;
  const title = `Dataset version ${report.datasetDigest.slice(7, 19)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${title}: ${report.state}</h1>
<p>${counts.images} images of ${counts.patients} patients, ${percent(counts.pneumonia / counts.images)} of the images
PNEUMONIA; at most ${counts.mostImagesOfOnePatient} images of one patient.</p>
<h2>Problems</h2>
${problemList(report)}
<h2>Images and patients</h2>
${countTable(report)}
<h2>Duplicates</h2>
${duplicateSection(report)}
<h2>Files left out</h2>
${fileList([...report.undecodable, ...report.leftOutCopies])}
<h2>Distributions</h2>
<p class="note">Number of images by value. Levels are of the 224 × 224 gray image that the model reads, 0 to 255.</p>
<div class="charts">${measureNames.map((name) => `<figure>${histograms[name]}</figure>`).join("\n")}</div>
${distributionTable(report)}
<h2>Against the previous version</h2>
${change ? changeSection(change) : "<p>There is no previous version.</p>"}
<h2>Provenance</h2>
<dl>
<dt>version</dt><dd><code>${report.datasetDigest}</code></dd>
<dt>previous version</dt><dd><code>${report.previousDigest ?? "none"}</code></dd>
<dt>schema</dt><dd>${report.schema}</dd>
</dl>
</main>
</body>
</html>
`;
}

function problemList({ problems }: DatasetReport): string {
  if (problems.length === 0) return "<p>None.</p>";
  return `<ul>${problems
    .map(
      ({ level, rule, message }) =>
        `<li><strong>${level}</strong> <code>${rule}</code> ${escapeHtml(message)}</li>`,
    )
    .join("\n")}</ul>`;
}

function countTable({ counts, splits }: DatasetReport): string {
  const row = (name: string, part: PartCounts) => {
    const { images, patients, normal, pneumonia, subgroups } = part;
    return tableRow(name, [
      images,
      patients,
      normal,
      pneumonia,
      percent(images === 0 ? 0 : pneumonia / images),
      subgroups.bacteria,
      subgroups.virus,
    ]);
  };
  return table(
    ["", "images", "patients", "NORMAL", "PNEUMONIA", "share", "bacteria", "virus"],
    [row("all", counts), ...splitSchema.options.map((split) => row(split, splits[split]))],
  );
}

function duplicateSection({ duplicates }: DatasetReport): string {
  const { identical, near, lookalikes, comparedPairs } = duplicates;
  return `<p>${comparedPairs} pairs compared: ${identical.length} groups of identical files, ${near.length} pairs of near
duplicates, ${lookalikes.pairs} pairs that look alike.</p>
${identical.length > 0 ? `<h3>Identical files</h3><ul>${identical.map((group) => `<li>${group.map(escapeHtml).join(", ")}</li>`).join("\n")}</ul>` : ""}
${pairTable("Near duplicates", near)}
${pairTable("Look alike, differ in detail", lookalikes.named)}`;
}

function pairTable(title: string, pairs: readonly DuplicatePair[]): string {
  if (pairs.length === 0) return "";
  const more = pairs.length > pairsShown ? `<p>The first ${pairsShown} of ${pairs.length}.</p>` : "";
  return `<h3>${title}</h3>${more}${table(
    ["first", "second", "bits of 256", "correlation"],
    pairs
      .slice(0, pairsShown)
      .map(({ first, second, distance, correlation }) =>
        tableRow(first, [escapeHtml(second), distance, correlation.toFixed(3)]),
      ),
  )}`;
}

function fileList(files: readonly { path: string; reason: string }[]): string {
  if (files.length === 0) return "<p>None.</p>";
  return `<ul>${files.map((file) => `<li>${escapeHtml(`${file.path}: ${file.reason}`)}</li>`).join("\n")}</ul>`;
}

function distributionTable({ distributions }: DatasetReport): string {
  return table(
    ["", "1 %", "25 %", "median", "75 %", "99 %", "mean"],
    measureNames.map((name) => {
      const { quantiles, mean } = distributions[name];
      const cells = [1, 3, 4, 5, 7].map((at) => (quantiles[at] ?? 0).toFixed(1));
      return tableRow(measureWords[name], [...cells, mean.toFixed(1)]);
    }),
  );
}

function changeSection(change: VersionChange): string {
  const { before, after } = change.pneumoniaShare;
  return `<p>${change.addedImages} images of ${change.addedPatients} new patients added, ${change.removedImages} removed,
${change.relabelled.length} relabelled. Share of PNEUMONIA ${percent(before)} to ${percent(after)}.</p>
${table(
  ["", "PSI", "level", "PSI of added images", "level", "median before", "median after"],
  measureNames.map((name) => {
    const { psi, level, medianBefore, medianAfter } = change.drift[name];
    const added: Drift | undefined = change.driftOfAdded?.[name];
    return tableRow(measureWords[name], [
      psi.toFixed(3),
      level,
      added ? added.psi.toFixed(3) : "–",
      added?.level ?? "–",
      medianBefore,
      medianAfter,
    ]);
  }),
)}`;
}

function table(heads: readonly string[], rows: readonly string[]): string {
  const head = heads.map((text) => (text ? `<th scope="col">${text}</th>` : "<th></th>")).join("");
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`;
}

function tableRow(name: string, cells: readonly (string | number)[]): string {
  return `<tr><th scope="row">${escapeHtml(name)}</th>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

const style = `
:root{color-scheme:light dark;--back:#fff;--ink:#1b1b1b;--faint:#ddd;--quiet:#5b5b5b;--accent:#0b5fa5}
@media (prefers-color-scheme:dark){:root{--back:#141618;--ink:#e8e8e8;--faint:#3a3d40;--quiet:#a5a9ad;--accent:#6db3f2}}
body{margin:0;background:var(--back);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:64rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2rem}h3{font-size:1rem}
table{border-collapse:collapse}th,td{padding:.25rem .75rem;border-bottom:1px solid var(--faint);text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
th{font-weight:600}tbody th,thead th:first-child{text-align:left}tbody th{font-weight:400}
.note{color:var(--quiet);font-size:.9rem;max-width:45rem}
.scroll{overflow-x:auto}li{overflow-wrap:anywhere}
.charts{display:flex;flex-wrap:wrap;gap:1rem}figure{margin:0}figure svg{max-width:100%;height:auto}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem}dd{margin:0;overflow-wrap:anywhere}code{font-size:.85rem}
`;
