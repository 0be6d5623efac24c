import Link from "next/link";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { shortDigest } from "@/components/ui/format";
import type { RunDetails } from "@/lib/browser/trpc";
import { RunLink } from "../run-cell";
import { Section } from "./section";

/** What the run came from, and what came of it. */
export function Lineage({ details: { run, lineage, trained } }: { details: RunDetails }) {
  const t = useTranslations("runs");
  const format = useFormat();
  const { back, forward } = lineage;
  const none =
    forward.versions.length +
      forward.judgedAgainst.length +
      forward.successors.length +
      forward.retries.length ===
    0;
  return (
    <Section title={t("run.lineage")}>
      <div className="flex flex-col gap-4 rounded-panel border border-line bg-raised p-4">
        <h3 className="text-small text-ink-2">{t("run.from")}</h3>
        <dl className="flex flex-col gap-2">
          {back.dataset && (
            <Fact name={t("run.dataset")}>
              <DigestLink href={`/data/${back.dataset.digest}`} digest={back.dataset.digest} />
              <span className="block text-small text-ink-2">
                {t("run.datasetCounts", {
                  images: format.number(back.dataset.images),
                  patients: format.number(back.dataset.patients),
                })}
              </span>
            </Fact>
          )}
          <Fact name={t("run.source")}>
            <span className="wrap-anywhere">{run.source}</span>
          </Fact>
          {back.parent && (
            <Fact name={t("run.parent")}>
              <VersionLink {...back.parent} />
            </Fact>
          )}
          {run.provenance?.commit && (
            <Fact name={t("run.commit")}>
              <code className="wrap-anywhere">{run.provenance.commit}</code>
            </Fact>
          )}
          <Fact name={t("run.configDigest")}>
            <code title={run.configDigest}>{shortDigest(run.configDigest)}</code>
          </Fact>
          {run.provenance && (
            <Fact name={t("run.hardware")}>
              <span lang="en">{[run.engine, run.provenance.engineRunsOn].filter(Boolean).join(", ")}</span>
            </Fact>
          )}
          {trained && (
            <>
              <Fact name={t("run.bestEpoch")}>{format.number(trained.bestEpoch)}</Fact>
              <Fact name={t("run.threshold")}>{format.percent(trained.threshold, 1)}</Fact>
              <Fact name={t("run.temperature")}>{format.number(trained.temperature, 3)}</Fact>
            </>
          )}
        </dl>
        <h3 className="border-t border-line pt-3 text-small text-ink-2">{t("run.to")}</h3>
        {run.weightsDigest && (
          <p>
            {t("run.weights")} <code title={run.weightsDigest}>{shortDigest(run.weightsDigest)}</code>
          </p>
        )}
        {none && <p className="text-ink-2">{t("run.nothing")}</p>}
        <dl className="flex flex-col gap-2">
          {forward.versions.length > 0 && (
            <Fact name={t("run.versions")}>
              <List>
                {forward.versions.map((version) => (
                  <VersionLink key={version.serial} {...version} />
                ))}
              </List>
            </Fact>
          )}
          {forward.judgedAgainst.length > 0 && (
            <Fact name={t("run.judgedAgainst")}>
              <List>
                {forward.judgedAgainst.map(({ runId, outcome }) => (
                  <span key={runId}>
                    <RunLink id={runId} /> <span className="text-ink-2">{t(`outcomes.${outcome}`)}</span>
                  </span>
                ))}
              </List>
            </Fact>
          )}
          <Runs name={t("run.successors")} runs={forward.successors} />
          <Runs name={t("run.retries")} runs={forward.retries} />
        </dl>
      </div>
    </Section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex flex-wrap gap-x-4">
      <dt className="w-44 shrink-0 text-ink-2">{name}</dt>
      <dd className="min-w-0 grow basis-32 tabular-nums wrap-anywhere">{children}</dd>
    </div>
  );
}

function List({ children }: { children: ReactNode }) {
  return <span className="flex flex-col gap-1">{children}</span>;
}

function Runs({ name, runs }: { name: string; runs: readonly { id: string }[] }) {
  if (runs.length === 0) return null;
  return (
    <Fact name={name}>
      <List>
        {runs.map(({ id }) => (
          <RunLink key={id} id={id} />
        ))}
      </List>
    </Fact>
  );
}

function VersionLink({ version, serial }: { version: string; serial: number }) {
  return (
    <span>
      <Link
        href={`/models/${encodeURIComponent(version)}`}
        prefetch={false}
        className="text-accent underline-offset-4 hover:underline"
      >
        {version}
      </Link>{" "}
      <span className="text-ink-2">#{serial}</span>
    </span>
  );
}

function DigestLink({ href, digest }: { href: string; digest: string }) {
  return (
    <Link
      href={href}
      prefetch={false}
      title={digest}
      className="text-accent underline-offset-4 hover:underline"
    >
      <code>{shortDigest(digest)}</code>
    </Link>
  );
}
