"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { useLive } from "@/components/live/use-live";
import { Button } from "@/components/ui/button";
import { shortDigest } from "@/components/ui/format";
import { PageColumn } from "@/components/ui/page-column";
import { QueryState } from "@/components/ui/query-state";
import { Cell, Table } from "@/components/ui/table";
import { type ModelsOverview, useTRPC } from "@/lib/browser/trpc";
import { DecideDialog, type Decision } from "./decide-dialog";
import { ModelDialog } from "./model-dialog";

/** Comments are not told live. */
const refreshEveryMs = 60_000;
const heads = ["version", "state", "auc", "published", "key", "actions"] as const;

/** Published versions, what waits for approval, and what an administrator can do about them. */
export function ModelsPage({ mayDecide }: { mayDecide: boolean }) {
  const t = useTranslations("models");
  const trpc = useTRPC();
  const [decision, setDecision] = useState<Decision | null>(null);
  const [shown, setShown] = useState<string | null>(null);
  useLive(["model-version", "revocation", "review", "decision"]);
  const overview = useQuery(
    trpc.modelVersions.overview.queryOptions(undefined, { refetchInterval: refreshEveryMs }),
  );
  const versions = { ...overview, data: overview.data?.versions };

  return (
    <PageColumn title={t("title")}>
      {overview.data?.waiting.map((waiting) => (
        <Waiting
          key={waiting.runId}
          waiting={waiting}
          mayDecide={mayDecide}
          onShow={() => setShown(waiting.runId)}
          onDecide={setDecision}
        />
      ))}
      <QueryState query={versions} empty={t("none")}>
        {(rows) => (
          <Table caption={t("title")} heads={heads.map((head) => t(`heads.${head}`))}>
            {rows.map((row) => (
              <VersionLine
                key={row.serial}
                row={row}
                mayDecide={mayDecide}
                onShow={() => setShown(row.version)}
                onDecide={setDecision}
              />
            ))}
          </Table>
        )}
      </QueryState>
      <ModelDialog name={shown} onClose={() => setShown(null)} />
      <DecideDialog decision={decision} onClose={() => setDecision(null)} />
    </PageColumn>
  );
}

interface WaitingProps {
  waiting: ModelsOverview["waiting"][number];
  mayDecide: boolean;
  onShow(): void;
  onDecide(decision: Decision): void;
}

function Waiting({ waiting, mayDecide, onShow, onDecide }: WaitingProps) {
  const t = useTranslations("models");
  const format = useFormat();
  const { runId, manifestDigest, approvalsNeeded, approvedBy, since } = waiting;
  return (
    <section
      data-waiting={runId}
      className="flex flex-wrap items-center gap-3 rounded-panel border border-line bg-amber-wash px-4 py-3"
    >
      <div className="min-w-64 flex-1">
        <h2 className="font-semibold">{t("waits", { run: runId })}</h2>
        <p className="text-ink-2">
          {t("waitsSince", { when: format.instant(since), digest: shortDigest(manifestDigest) })}{" "}
          {t("approvals", { given: approvedBy.length, needed: approvalsNeeded })}
        </p>
      </div>
      <Button onClick={onShow}>{t("look")}</Button>
      {mayDecide && (
        <>
          <Button look="primary" onClick={() => onDecide({ kind: "approve", runId, manifestDigest })}>
            {t("approve")}
          </Button>
          <Button onClick={() => onDecide({ kind: "reject", runId, manifestDigest })}>{t("reject")}</Button>
        </>
      )}
    </section>
  );
}

interface VersionLineProps {
  row: ModelsOverview["versions"][number];
  mayDecide: boolean;
  onShow(): void;
  onDecide(decision: Decision): void;
}

function VersionLine({ row, mayDecide, onShow, onDecide }: VersionLineProps) {
  const t = useTranslations("models");
  const format = useFormat();
  const { version, aliases, serial, state, revoked, restores, auc, publishedAt, keyId } = row;
  const inUse = state === "champion" && !revoked;
  return (
    <tr data-version={version} className="tabular-nums last:*:border-b-0">
      <Cell>
        <button
          type="button"
          onClick={onShow}
          className="font-medium text-accent underline-offset-4 hover:underline"
        >
          {version}
        </button>{" "}
        <span className="text-ink-2">#{serial}</span>
        {aliases.map((alias) => (
          <span
            key={alias}
            className="ml-1.5 inline-block rounded-control border border-line bg-float px-1.5 text-small"
          >
            {alias}
          </span>
        ))}
        {restores && (
          <span className="block text-small text-ink-2">{t("restores", { version: restores })}</span>
        )}
      </Cell>
      <Cell className={inUse ? "font-semibold" : revoked ? "text-red" : ""}>
        {revoked ? t("revoked", { reason: revoked }) : t(`states.${state}`)}
      </Cell>
      <Cell>{auc === null ? "–" : format.number(auc, 4)}</Cell>
      <Cell className="whitespace-nowrap">{format.instant(publishedAt)}</Cell>
      <Cell className="text-small text-ink-2">{keyId}</Cell>
      <Cell>
        {mayDecide && !revoked && (
          <div className="flex flex-wrap gap-1">
            {!inUse && (
              <Button look="quiet" onClick={() => onDecide({ kind: "rollBack", version })}>
                {t("rollBack")}
              </Button>
            )}
            <Button look="quiet" onClick={() => onDecide({ kind: "revoke", version })}>
              {t("revoke")}
            </Button>
          </div>
        )}
      </Cell>
    </tr>
  );
}
