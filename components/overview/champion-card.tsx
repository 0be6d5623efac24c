import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import type { Overview } from "@/lib/browser/trpc";
import { Card } from "./card";
import { sharedAxis } from "./interval-axis";
import { IntervalMark } from "./interval-mark";
import { TextLink } from "./text-link";

const shown = ["sensitivity", "specificity", "accuracy"] as const;

/** The version that pages are offered, how good it is, and since when. */
export function ChampionCard({ champion }: { champion: Overview["champion"] }) {
  const t = useTranslations("overview");
  const format = useFormat();
  const more = <TextLink href="/models">{t("champion.all")}</TextLink>;
  if (!champion) {
    return (
      <Card title={t("champion.title")} more={more}>
        <p className="text-ink-2">{t("champion.none")}</p>
      </Card>
    );
  }
  const { version, serial, since, revoked, figures, threshold, heldOut } = champion;
  const axis = sharedAxis(Object.values(figures));
  return (
    <Card title={t("champion.title")} more={more}>
      <p className="flex flex-wrap items-baseline gap-x-3">
        <span data-champion={version} className="text-verdict font-semibold">
          {version}
        </span>
        <span className="text-ink-2 tabular-nums">
          {t("champion.since", { when: format.instant(since), serial })}
        </span>
      </p>
      {revoked !== null && <p className="mt-1 text-red">{t("champion.revoked", { reason: revoked })}</p>}
      <dl className="mt-4 grid gap-x-8 gap-y-4 sm:grid-cols-2 lg:grid-cols-4">
        <div>
          <dt className="text-small text-ink-2">{t("champion.figures.auc")}</dt>
          <dd>
            <span className="font-medium tabular-nums">{format.index(figures.auc)}</span>
            <IntervalMark interval={figures.auc} axis={axis} />
          </dd>
        </div>
        {shown.map((name) => (
          <div key={name}>
            <dt className="text-small text-ink-2">{t(`champion.figures.${name}`)}</dt>
            <dd>
              <span className="font-medium tabular-nums">{format.interval(figures[name], 1)}</span>
              <IntervalMark interval={figures[name]} axis={axis} />
            </dd>
          </div>
        ))}
      </dl>
      <p className="mt-3 text-small text-ink-2 tabular-nums">
        {t("champion.heldOut", {
          images: format.number(heldOut.images),
          patients: format.number(heldOut.patients),
          threshold: format.percent(threshold, 1),
          from: format.percent(axis.from),
          to: format.percent(axis.to),
        })}
      </p>
    </Card>
  );
}
