import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import type { VersionRow } from "@/lib/browser/trpc";

/** The version that pages are offered now. */
export function Champion({ versions }: { versions: VersionRow[] }) {
  const t = useTranslations("activity");
  const format = useFormat();
  const champion = versions.find(({ state }) => state === "champion");
  if (!champion) return null;
  const { metrics, threshold } = champion.manifest;
  const figures = [
    ["auc", format.index(metrics.auc)],
    ["sensitivity", format.interval(metrics.sensitivity, 1)],
    ["specificity", format.interval(metrics.specificity, 1)],
    ["threshold", format.percent(threshold.probability, 1)],
  ] as const;
  return (
    <section aria-labelledby="champion-title" className="rounded-panel border border-line bg-raised p-5">
      <h2 id="champion-title" className="text-title font-semibold">
        {t(champion.revocation ? "revokedInUse" : "inUse", { version: champion.version })}
      </h2>
      {champion.revocation && <p className="text-red">{champion.revocation.reason}</p>}
      <p className="text-ink-2">{t("published", { when: format.instant(champion.publishedAt) })}</p>
      <dl className="mt-3 grid gap-x-8 gap-y-2 sm:grid-cols-2 lg:grid-cols-4">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt className="text-small text-ink-2">{t(`heads.${name}`)}</dt>
            <dd className="tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
