import type { Interval } from "@/lib/metrics/interval";
import { documentDigest, type EvaluationDocument, type Figures } from "./document";
import { drawCharts } from "./draw-charts";

const figureNames: [
  keyof Figures &
    (
      | "auc"
      | "averagePrecision"
      | "accuracy"
      | "sensitivity"
      | "specificity"
      | "precision"
      | "f1"
      | "ece"
      | "brier"
    ),
  string,
][] = [
  ["auc", "AUC"],
  ["averagePrecision", "average precision"],
  ["accuracy", "accuracy"],
  ["sensitivity", "sensitivity (recall)"],
  ["specificity", "specificity"],
  ["precision", "precision"],
  ["f1", "F1"],
  ["ece", "expected calibration error"],
  ["brier", "Brier score"],
];

/**
 * An evaluation as one HTML file: no script, nothing to fetch, light and dark.
 * @param name what to call the model; its version where it had one when it was read
 */
export async function writeHtml(
  document: EvaluationDocument,
  name = document.model.version ?? "unpublished model",
): Promise<string> {
  const charts = await drawCharts(document);
  const { model, set, all } = document;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(`${name} on ${set.name}`)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escapeHtml(name)} on ${escapeHtml(set.name)}</h1>
<p>${all.n} images of ${all.patients} patients: ${all.positives} PNEUMONIA, ${all.n - all.positives} NORMAL.
${set.unreadable > 0 ? `${set.unreadable} files could not be read and are in no figure. ` : ""}Threshold
${model.threshold.toFixed(4)} of the calibrated probability. For research use; not a medical device.</p>
<h2>Figures</h2>
${figureTable(document)}
<p class="note">95 % intervals: DeLong with images grouped by patient for the AUC, Wilson for proportions, both widened to
a bootstrap over patients where that reaches further; the bootstrap alone for average precision, F1, calibration error and
Brier score.</p>
<div class="charts">
<figure>${charts.roc}</figure>
<figure>${charts.precisionRecall}</figure>
<figure>${charts.reliability}</figure>
</div>
<h2>Confusion matrix</h2>
${confusionTable(all)}
${brierLine(all)}
<h2>Images that the page refuses</h2>
${refusedSection(document)}
<h2>Subgroups</h2>
${subgroupSection(document)}
<h2>Perturbed images</h2>
${conditionSection(document)}
<h2>Provenance</h2>
<dl>
<dt>weights</dt><dd><code>${model.weightsDigest}</code></dd>
<dt>images, patients and labels</dt><dd><code>${set.digest}</code></dd>
<dt>temperature</dt><dd>${model.temperature}</dd>
<dt>engine</dt><dd>${escapeHtml(document.engine)}</dd>
<dt>this document</dt><dd><code>${documentDigest(document)}</code></dd>
</dl>
</main>
</body>
</html>
`;
}

function figureTable({ all, refused }: EvaluationDocument): string {
  const both = refused !== null && refused.images > 0;
  const rows = figureNames.map(
    ([name, words]) =>
      `<tr><th scope="row">${words}</th>${cells(all[name])}${both ? cells(refused.without[name]) : ""}</tr>`,
  );
  const heads = ["all images", ...(both ? ["without refused ones"] : [])];
  return table(
    `<tr><th></th>${heads.map((head) => `<th scope="col">${head}</th><th scope="col">95 % interval</th>`).join("")}</tr>`,
    rows,
  );
}

function confusionTable({ confusion }: Figures): string {
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = confusion;
  return table(`<tr><th></th><th scope="col">called PNEUMONIA</th><th scope="col">called NORMAL</th></tr>`, [
    `<tr><th scope="row">PNEUMONIA</th><td>${truePositives}</td><td>${falseNegatives}</td></tr>`,
    `<tr><th scope="row">NORMAL</th><td>${falsePositives}</td><td>${trueNegatives}</td></tr>`,
  ]);
}

function brierLine({ brier, brierParts }: Figures): string {
  if (brier.value === null || brierParts === null) return "";
  const { reliability, resolution, uncertainty, withinBins } = brierParts;
  return `<p>Brier score ${figure(brier.value)} = reliability ${figure(reliability)} − resolution ${figure(resolution)} +
uncertainty ${figure(uncertainty)} + within bins ${figure(withinBins)}.</p>`;
}

function refusedSection({ refused, all }: EvaluationDocument): string {
  if (refused === null) return "<p>Not asked.</p>";
  if (refused.images === 0) return `<p>None of ${all.n}.</p>`;
  const { images, positives, share, byReason } = refused;
  const reasons = Object.entries(byReason).map(
    ([reason, count]) => `<li>${escapeHtml(reason)}: ${count}</li>`,
  );
  return `<p>${images} of ${all.n} (${percent(share.value)}, 95 % interval ${percent(share.low)} to ${percent(share.high)}),
${positives} of them PNEUMONIA. The figures above are given with and without them.</p><ul>${reasons.join("")}</ul>`;
}

function subgroupSection({ subgroups }: EvaluationDocument): string {
  if (subgroups.length === 0) return "<p>The files name no subgroups.</p>";
  return table(
    `<tr><th scope="col">subgroup</th><th scope="col">images</th><th scope="col">patients</th><th scope="col">sensitivity</th><th scope="col">95 % interval</th><th scope="col">AUC against all NORMAL</th><th scope="col">95 % interval</th></tr>`,
    subgroups.map(
      ({ name, images, patients, sensitivity, auc }) =>
        `<tr><th scope="row">${escapeHtml(name)}</th><td>${images}</td><td>${patients}</td>${cells(sensitivity)}${cells(auc)}</tr>`,
    ),
  );
}

function conditionSection({ conditions }: EvaluationDocument): string {
  if (conditions.length === 0) return "<p>Not measured.</p>";
  return table(
    `<tr><th scope="col">condition</th>${["AUC", "sensitivity", "specificity"].map((head) => `<th scope="col">${head}</th><th scope="col">95 % interval</th>`).join("")}</tr>`,
    conditions.map(
      ({ condition, auc, sensitivity, specificity }) =>
        `<tr><th scope="row">${escapeHtml(condition)}</th>${cells(auc)}${cells(sensitivity)}${cells(specificity)}</tr>`,
    ),
  );
}

function table(head: string, rows: string[]): string {
  return `<div class="scroll"><table><thead>${head}</thead><tbody>${rows.join("\n")}</tbody></table></div>`;
}

const cells = ({ value, low, high }: Interval) =>
  `<td>${figure(value)}</td><td class="interval">${low === null || high === null ? "–" : `${figure(low)} to ${figure(high)}`}</td>`;
const figure = (value: number | null) => (value === null ? "–" : value.toFixed(4));
const percent = (value: number | null) => (value === null ? "–" : `${(100 * value).toFixed(1)} %`);

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
h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2rem}
table{border-collapse:collapse}th,td{padding:.25rem .75rem;border-bottom:1px solid var(--faint);text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
th{font-weight:600}tbody th,thead th:first-child{text-align:left}tbody th{font-weight:400}
.interval,.note{color:var(--quiet)}.note{font-size:.9rem;max-width:45rem}
.scroll{overflow-x:auto}
.charts{display:flex;flex-wrap:wrap;gap:1rem}figure{margin:0}figure svg{max-width:100%;height:auto}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem}dd{margin:0;overflow-wrap:anywhere}code{font-size:.85rem}
`;
