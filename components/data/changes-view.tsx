import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { Pager } from "@/components/runs/pager";
import { Button } from "@/components/ui/button";
import { QueryState } from "@/components/ui/query-state";
import { Cell, Table } from "@/components/ui/table";
import { type DatasetChanges, type DatasetDetails, useTRPC } from "@/lib/browser/trpc";
import { type ChangedSide, type ChangeKind, changeKinds } from "@/lib/dataset/list-changes";
import { classNames } from "@/lib/dataset/listing";
import { type MeasureName, measureNames } from "@/lib/dataset-report/image-measures";
import { ProblemList } from "./problem-list";
import { Thumbnail } from "./thumbnail";
import { useQueryChange } from "./use-query-change";

const hexOf = (digest: string) => digest.replace(/^sha256:/, "");

/** What this version has that another has not, and the other way round. */
export function ChangesView({ details, maySee }: { details: DatasetDetails; maySee: boolean }) {
  const t = useTranslations("data.changes");
  const trpc = useTRPC();
  const { search, change } = useQueryChange();
  const versions = useQuery(trpc.data.list.queryOptions({ limit: 200 }));
  const fallback =
    details.current && !details.isCurrent ? details.current.digest : (details.report?.previousDigest ?? null);
  const against = search.get("against") ?? (fallback ? hexOf(fallback) : null);
  const isNamed = against !== null && /^(current|[0-9a-f]{6,64})$/.test(against);
  return (
    <section className="flex flex-col gap-6">
      <label className="flex flex-wrap items-center gap-2">
        <span className="text-ink-2">{t("against")}</span>
        <select
          value={against ?? ""}
          onChange={(event) => change({ against: event.currentTarget.value || null })}
          className="min-h-9 max-w-full rounded-control border border-line-strong bg-ground px-2"
        >
          <option value="">{t("choose")}</option>
          {versions.data?.rows
            .filter(({ digest }) => digest !== details.digest)
            .map(({ digest, name }) => (
              <option key={digest} value={hexOf(digest)}>
                {`${name} · ${digest.slice(7, 19)}`}
              </option>
            ))}
        </select>
      </label>
      {isNamed && <Changes before={against} details={details} maySee={maySee} />}
    </section>
  );
}

interface ChangesProps {
  before: string;
  details: DatasetDetails;
  maySee: boolean;
}

function Changes({ before, details, maySee }: ChangesProps) {
  const t = useTranslations("data.changes");
  const trpc = useTRPC();
  const after = hexOf(details.digest);
  const changes = useQuery(
    trpc.data.changes.queryOptions({ before, after }, { staleTime: Number.POSITIVE_INFINITY }),
  );
  return (
    <QueryState query={{ ...changes, data: changes.data && [changes.data] }} empty="">
      {([found]) =>
        found && (
          <>
            <h2 className="text-title font-semibold wrap-anywhere">
              {t("title", { before: found.before.name, after: found.after.name })}
            </h2>
            <Counts changes={found} maySee={maySee} />
            {found.comparison ? (
              <Comparison comparison={found.comparison} />
            ) : (
              <p className="text-ink-2">{t("unchecked")}</p>
            )}
          </>
        )
      }
    </QueryState>
  );
}

function Counts({ changes, maySee }: { changes: DatasetChanges; maySee: boolean }) {
  const t = useTranslations("data.changes");
  const format = useFormat();
  const [shown, setShown] = useState<ChangeKind | null>(null);
  return (
    <>
      <Table
        caption={t("title", { before: changes.before.name, after: changes.after.name })}
        heads={(["kind", "images", "list"] as const).map((head) => t(`heads.${head}`))}
      >
        {[...changeKinds, "unchanged" as const].map((kind) => (
          <tr key={kind} data-change={kind} className="tabular-nums last:*:border-b-0">
            <th scope="row" className="border-b border-line px-4 py-2 font-medium">
              {t(`kinds.${kind}`)}
            </th>
            <Cell>{format.number(changes.counts[kind])}</Cell>
            <Cell>
              {kind !== "unchanged" && changes.counts[kind] > 0 && (
                <Button
                  look="quiet"
                  aria-expanded={shown === kind}
                  onClick={() => setShown(shown === kind ? null : kind)}
                >
                  {t(shown === kind ? "hide" : "show")}
                </Button>
              )}
            </Cell>
          </tr>
        ))}
      </Table>
      {shown && <ChangeList key={shown} kind={shown} changes={changes} maySee={maySee} />}
    </>
  );
}

const pageSize = 25;

function ChangeList({
  kind,
  changes,
  maySee,
}: {
  kind: ChangeKind;
  changes: DatasetChanges;
  maySee: boolean;
}) {
  const t = useTranslations("data.changes");
  const trpc = useTRPC();
  const [page, setPage] = useState(1);
  const [withImages, setWithImages] = useState(false);
  const [before, after] = [hexOf(changes.before.digest), hexOf(changes.after.digest)];
  const list = useQuery(
    trpc.data.changeList.queryOptions(
      { before, after, kind, offset: (page - 1) * pageSize, limit: pageSize },
      { placeholderData: keepPreviousData },
    ),
  );
  const heads = ["path", "before", "after"] as const;
  const words = [...heads.map((head) => t(`rows.${head}`)), ...(withImages ? [t("rows.image")] : [])];
  return (
    <section className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <h3 className="font-semibold">{t(`kinds.${kind}`)}</h3>
        {maySee && (
          <Button aria-pressed={withImages} onClick={() => setWithImages(!withImages)}>
            {t(withImages ? "hideImages" : "showImages")}
          </Button>
        )}
        <Pager page={page} pageSize={pageSize} total={list.data?.total ?? 0} onChange={setPage} />
      </div>
      <QueryState query={{ ...list, data: list.data?.rows }} empty="">
        {(rows) => (
          <Table caption={t(`kinds.${kind}`)} heads={words}>
            {rows.map((row) => (
              <tr key={row.path} className="last:*:border-b-0">
                <Cell className="min-w-40 wrap-anywhere">{row.path}</Cell>
                <Cell>
                  <Side side={row.before} showsPath={kind === "renamed"} />
                </Cell>
                <Cell>
                  <Side side={row.after} showsPath={kind === "renamed"} />
                </Cell>
                {withImages && (
                  <Cell>
                    <span className={`flex gap-2 ${kind === "replaced" ? "w-48" : "w-24"}`}>
                      {kind === "replaced" && row.before && (
                        <Thumbnail version={before} image={row.before.digest} alt={t("rows.before")} />
                      )}
                      {row.after ? (
                        <Thumbnail version={after} image={row.after.digest} alt={t("rows.after")} />
                      ) : (
                        row.before && (
                          <Thumbnail version={before} image={row.before.digest} alt={t("rows.before")} />
                        )
                      )}
                    </span>
                  </Cell>
                )}
              </tr>
            ))}
          </Table>
        )}
      </QueryState>
    </section>
  );
}

function Side({ side, showsPath }: { side: ChangedSide | null; showsPath: boolean }) {
  const t = useTranslations("data");
  if (!side) return "–";
  return (
    <>
      {t(`classes.${classNames[side.label]}`)} · {t(`report.parts.${side.split}`)}
      {showsPath && <span className="block text-small wrap-anywhere text-ink-2">{side.path}</span>}
    </>
  );
}

type ReportComparison = NonNullable<DatasetChanges["comparison"]>;

function Comparison({ comparison }: { comparison: ReportComparison }) {
  const t = useTranslations("data.changes");
  const format = useFormat();
  const { change, figures, newProblems, solvedProblems } = comparison;
  const share = ({ before, after }: { before: number; after: number }) =>
    t("share", { before: format.percent(before, 1), after: format.percent(after, 1) });
  return (
    <>
      <section className="flex flex-col gap-3">
        <h2 className="text-title font-semibold">{t("drift")}</h2>
        <p className="text-small text-ink-2">{t("driftNote")}</p>
        <DriftTable change={change} />
        <p className="tabular-nums">{share(change.pneumoniaShare)}</p>
      </section>
      {(["newProblems", "solvedProblems"] as const).map((which) => {
        const problems = which === "newProblems" ? newProblems : solvedProblems;
        return (
          problems.length > 0 && (
            <section key={which} className="flex flex-col gap-3">
              <h2 className="text-title font-semibold">{t(which)}</h2>
              <ProblemList problems={problems} />
            </section>
          )
        );
      })}
      {figures.length > 0 && (
        <section className="flex flex-col gap-3">
          <h2 className="text-title font-semibold">{t("figures")}</h2>
          <Table
            caption={t("figures")}
            heads={(["figure", "before", "after"] as const).map((head) => t(`figureHeads.${head}`))}
          >
            {figures.map(({ name, before, after }) => (
              <tr key={name} className="tabular-nums last:*:border-b-0">
                <Cell className="font-mono text-small">{name}</Cell>
                <Cell>{format.number(before)}</Cell>
                <Cell>{format.number(after)}</Cell>
              </tr>
            ))}
          </Table>
        </section>
      )}
    </>
  );
}

const levelColours = {
  stable: "text-ink-2",
  moderate: "text-amber",
  major: "font-semibold text-red",
} as const;

function DriftTable({ change }: { change: ReportComparison["change"] }) {
  const t = useTranslations("data");
  const format = useFormat();
  const heads = ["measure", "psi", "ks", "added", "median"] as const;
  const level = (drift: ReportComparison["change"]["drift"][MeasureName] | undefined) =>
    drift ? (
      <>
        {format.number(drift.psi, 3)}{" "}
        <span className={levelColours[drift.level]}>{t(`changes.levels.${drift.level}`)}</span>
      </>
    ) : (
      "–"
    );
  return (
    <Table caption={t("changes.drift")} heads={heads.map((head) => t(`changes.driftHeads.${head}`))}>
      {measureNames.map((name) => {
        const drift = change.drift[name];
        const median = {
          before: format.number(drift.medianBefore, 1),
          after: format.number(drift.medianAfter, 1),
        };
        return (
          <tr key={name} data-drift={drift.level} className="tabular-nums last:*:border-b-0">
            <th scope="row" className="border-b border-line px-4 py-2 font-medium whitespace-nowrap">
              {t(`report.measures.${name}`)}
            </th>
            <Cell className="whitespace-nowrap">{level(drift)}</Cell>
            <Cell>{format.number(drift.ks, 3)}</Cell>
            <Cell className="whitespace-nowrap">{level(change.driftOfAdded?.[name])}</Cell>
            <Cell className="whitespace-nowrap">{`${median.before} → ${median.after}`}</Cell>
          </tr>
        );
      })}
    </Table>
  );
}
