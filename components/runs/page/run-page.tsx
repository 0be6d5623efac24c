"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { useLive } from "@/components/live/use-live";
import { PageColumn } from "@/components/ui/page-column";
import { type RunDetails, useTRPC } from "@/lib/browser/trpc";
import { RunCharts } from "../charts/run-charts";
import { Decision } from "./decision";
import { Files } from "./files";
import { Lineage } from "./lineage";
import { Metrics } from "./metrics";
import { Notes } from "./notes";
import { Parameters } from "./parameters";
import { RunHead } from "./run-head";
import { RunLog } from "./run-log";
import { Section } from "./section";
import { Stages } from "./stages";
import { TagEditor } from "./tag-editor";
import { WorstErrors } from "./worst-errors";

/** All that is on record about one run, as it goes on. */
export function RunPage({ id, mayAct }: { id: string; mayAct: boolean }) {
  const t = useTranslations("runs.run");
  const common = useTranslations("common");
  const trpc = useTRPC();
  useLive(["run", "epoch", "decision", "model-version"]);
  const details = useQuery(trpc.runs.get.queryOptions({ id }));
  return (
    <PageColumn title={id}>
      <Link href="/runs" prefetch={false} className="-mt-4 self-start text-ink-2 hover:text-ink">
        ← {t("all")}
      </Link>
      {details.data ? (
        <Found details={details.data} mayAct={mayAct} />
      ) : details.isError ? (
        <FailureLine code={failureCodeOf(details.error)} />
      ) : (
        <p className="text-ink-2">{common("loading")}</p>
      )}
    </PageColumn>
  );
}

function Found({ details, mayAct }: { details: RunDetails; mayAct: boolean }) {
  const t = useTranslations("runs.run");
  const { run } = details;
  return (
    <>
      <RunHead details={details} mayAct={mayAct} />
      <div className="grid gap-x-8 gap-y-8 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="flex min-w-0 flex-col gap-8">
          <Stages stages={details.stages} state={run.state} />
          <RunLog run={run} />
          <Section title={t("curves")}>
            <RunCharts runId={run.id} />
          </Section>
          <Metrics decision={details.decision} />
          <Decision decision={details.decision} look={details.lineage.forward.look} />
          <WorstErrors run={run} />
        </div>
        <div className="flex min-w-0 flex-col gap-8">
          <TagEditor id={run.id} tags={run.tags} mayAct={mayAct} />
          <Notes id={run.id} notes={run.notes} noted={details.noted} mayAct={mayAct} />
          <Lineage details={details} />
          <Files run={run} mayAct={mayAct} />
          <Parameters details={details} />
        </div>
      </div>
    </>
  );
}
