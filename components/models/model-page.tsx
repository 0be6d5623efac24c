"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { type ReactNode, useId, useState } from "react";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { useFormat } from "@/components/i18n/use-format";
import { useLive } from "@/components/live/use-live";
import { ModelCardBody } from "@/components/predict/model-card";
import { Button } from "@/components/ui/button";
import { PageColumn } from "@/components/ui/page-column";
import { type ModelDetails, useTRPC } from "@/lib/browser/trpc";
import type { ModelManifest, TrustedKey } from "@/lib/manifest";
import { Aliases } from "./aliases";
import { CommentForm } from "./comment-form";
import { DecideDialog, type Decision } from "./decide-dialog";
import { Downloads } from "./downloads";
import { Lineage } from "./lineage";
import { History } from "./model-dialog";
import { RulesTable } from "./rules-table";
import { SignatureCheck } from "./signature-check";

interface ModelPageProps {
  /** A version, an alias, or a run whose challenger is meant. */
  name: string;
  mayDecide: boolean;
  trustedKeys: readonly TrustedKey[];
}

/** All that is known of one version, and what an administrator can do about it. */
export function ModelPage({ name, mayDecide, trustedKeys }: ModelPageProps) {
  const common = useTranslations("common");
  const t = useTranslations("models");
  const trpc = useTRPC();
  useLive(["model-version", "revocation", "review", "decision"]);
  const details = useQuery(trpc.modelVersions.details.queryOptions({ name }, { refetchInterval: 30_000 }));
  return (
    <PageColumn title={details.data?.name ?? name}>
      <Link
        href="/models"
        className="-mt-4 self-start text-small text-ink-2 underline-offset-4 hover:underline"
      >
        {t("title")}
      </Link>
      {details.isError && <FailureLine code={failureCodeOf(details.error)} />}
      {details.isPending && <p className="text-ink-2">{common("loading")}</p>}
      {details.data && <Details details={details.data} mayDecide={mayDecide} trustedKeys={trustedKeys} />}
    </PageColumn>
  );
}

interface DetailsProps {
  details: ModelDetails;
  mayDecide: boolean;
  trustedKeys: readonly TrustedKey[];
}

function Details({ details, mayDecide, trustedKeys }: DetailsProps) {
  const t = useTranslations("models");
  const { version, signed, decision, lineage, revocation, name } = details;
  const card = cardOf(details);
  return (
    <>
      <State details={details} mayDecide={mayDecide} />
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="flex min-w-0 flex-col gap-6">
          {signed && (
            <Part title={t("signature.title")}>
              <SignatureCheck signed={signed} trustedKeys={trustedKeys} />
            </Part>
          )}
          {decision && (
            <Part title={t("page.decision")}>
              <RulesTable decision={decision} />
            </Part>
          )}
          {version && (
            <Part title={t("aliases.title")}>
              <Aliases details={details} version={version} mayDecide={mayDecide} />
            </Part>
          )}
          <Part title={t("lineage.title")}>
            <Lineage lineage={lineage} />
          </Part>
          {signed && !revocation && (
            <Part title={t("downloads.title")}>
              <Downloads signed={signed} />
            </Part>
          )}
          <Part title={null}>
            <History details={details} />
            {mayDecide && <CommentForm about={name} />}
          </Part>
        </div>
        {card && (
          <Part title={t("page.card")}>
            <div className="flex flex-col gap-6">
              <ModelCardBody manifest={card} />
            </div>
          </Part>
        )}
      </div>
    </>
  );
}

/** A challenger's manifest has no name, serial and time of its own yet. */
function cardOf({ manifest, signed, name, decision }: ModelDetails): ModelManifest | null {
  if (signed) return signed.manifest;
  return (
    manifest && { ...manifest, version: name, serial: 0, createdAt: decision?.decidedAt ?? "1970-01-01" }
  );
}

function State({ details, mayDecide }: { details: ModelDetails; mayDecide: boolean }) {
  const t = useTranslations("models");
  const format = useFormat();
  const [decision, setDecision] = useState<Decision | null>(null);
  const { state, serial, publishedAt, revocation, review, run } = details;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <p className={`min-w-0 flex-1 wrap-anywhere ${revocation ? "text-red" : ""}`}>
        {revocation
          ? t("revoked", { reason: revocation.reason })
          : state
            ? t(`states.${state}`)
            : run
              ? t("page.notPublished", { state: run.state })
              : ""}{" "}
        {publishedAt && serial !== null && (
          <span className="text-ink-2">
            {t("page.published", { serial, when: format.instant(publishedAt) })}
          </span>
        )}
        {review?.state === "pending" && (
          <span className="text-ink-2">
            {t("approvals", { given: review.approvals.length, needed: review.approvalsNeeded })}
          </span>
        )}
      </p>
      {mayDecide && <Actions details={details} onDecide={setDecision} />}
      <DecideDialog decision={decision} onClose={() => setDecision(null)} />
    </div>
  );
}

function Actions({ details, onDecide }: { details: ModelDetails; onDecide(decision: Decision): void }) {
  const t = useTranslations("models");
  const { version, state, revocation, review, run } = details;
  if (review?.state === "pending" && run) {
    const asked = { runId: run.id, manifestDigest: review.manifestDigest };
    return (
      <div className="flex gap-2">
        <Button look="primary" onClick={() => onDecide({ kind: "approve", ...asked })}>
          {t("approve")}
        </Button>
        <Button onClick={() => onDecide({ kind: "reject", ...asked })}>{t("reject")}</Button>
      </div>
    );
  }
  if (!version || revocation) return null;
  return (
    <div className="flex gap-2">
      {state !== "champion" && (
        <Button onClick={() => onDecide({ kind: "rollBack", version })}>{t("rollBack")}</Button>
      )}
      <Button onClick={() => onDecide({ kind: "revoke", version })}>{t("revoke")}</Button>
    </div>
  );
}

function Part({ title, children }: { title: string | null; children: ReactNode }) {
  const id = useId();
  return (
    <section
      aria-labelledby={title ? id : undefined}
      className="flex min-w-0 flex-col gap-3 rounded-panel border border-line bg-raised p-4"
    >
      {title && (
        <h2 id={id} className="font-semibold">
          {title}
        </h2>
      )}
      {children}
    </section>
  );
}
