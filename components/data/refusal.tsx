import Link from "next/link";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { shortDigest } from "@/components/ui/format";
import type { DatasetDetails } from "@/lib/browser/trpc";

type Referrers = DatasetDetails["referrers"];

interface RefusalProps {
  referrers: Referrers;
  onClose(): void;
}

/** Why a version is not deleted: everything that refers to it, with the way there. */
export function Refusal({ referrers, onClose }: RefusalProps) {
  const t = useTranslations("data.act");
  const common = useTranslations("common");
  const { isCurrent, runs, models, evaluationSets, jobs } = referrers;
  const links = (to: "runs" | "models", names: string[]) =>
    names.map((name) => (
      <Way key={name} href={`/${to}/${encodeURIComponent(name)}`}>
        {name}
      </Way>
    ));
  const kinds = [
    [
      "runs",
      runs.total,
      links(
        "runs",
        runs.shown.map(({ id }) => id),
      ),
    ],
    [
      "models",
      models.length,
      links(
        "models",
        models.map(({ version }) => version),
      ),
    ],
    ["sets", evaluationSets.length, evaluationSets.map((name) => <span key={name}>{name}</span>)],
    [
      "jobs",
      jobs.length,
      jobs.map(({ id, title }) => (
        <Way key={id} href={`/data#data-jobs`}>
          {title.startsWith("sha256:") ? shortDigest(title) : title}
        </Way>
      )),
    ],
  ] as const;
  return (
    <div className="flex flex-col gap-4">
      <p>{t("refused")}</p>
      <ul className="list-disc pl-5">
        {isCurrent && <li data-referrer="current">{t("referrers.current")}</li>}
        {kinds.map(
          ([kind, n, named]) =>
            n > 0 && (
              <li key={kind} data-referrer={kind}>
                {t(`referrers.${kind}`, { n })}
                <span className="flex flex-wrap gap-x-3 wrap-anywhere">{named}</span>
              </li>
            ),
        )}
      </ul>
      <Button className="self-start" onClick={onClose}>
        {common("close")}
      </Button>
    </div>
  );
}

function Way({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} prefetch={false} className="text-accent underline-offset-4 hover:underline">
      {children}
    </Link>
  );
}
