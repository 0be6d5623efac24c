import { formatIndex, formatInstant, formatInterval, formatPercent } from "@/components/ui/format";
import type { VersionRow } from "@/lib/browser/trpc";

/** The version that pages are offered now. */
export function Champion({ versions }: { versions: VersionRow[] }) {
  const champion = versions.find(({ state }) => state === "champion");
  if (!champion) return null;
  const { metrics, threshold } = champion.manifest;
  const figures: [string, string][] = [
    ["AUC", formatIndex(metrics.auc)],
    ["Sensitivity", formatInterval(metrics.sensitivity, 1)],
    ["Specificity", formatInterval(metrics.specificity, 1)],
    ["Threshold", formatPercent(threshold.probability, 1)],
  ];
  return (
    <section aria-labelledby="champion-title" className="rounded-panel border border-line bg-raised p-5">
      <h2 id="champion-title" className="text-title font-semibold">
        In use: {champion.version}
      </h2>
      <p className="text-ink-2">Published {formatInstant(champion.publishedAt)}</p>
      <dl className="mt-3 grid gap-x-8 gap-y-2 sm:grid-cols-2 lg:grid-cols-4">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt className="text-small text-ink-2">{name}</dt>
            <dd className="tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
