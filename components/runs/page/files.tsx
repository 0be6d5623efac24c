import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { useFormat } from "@/components/i18n/use-format";
import { type RunDetails, useTRPC } from "@/lib/browser/trpc";
import { Section } from "./section";

/** What can be downloaded of the run. */
export function Files({ run, mayAct }: { run: RunDetails["run"]; mayAct: boolean }) {
  const t = useTranslations("runs.run");
  const format = useFormat();
  const trpc = useTRPC();
  const files = useQuery(trpc.runs.artifacts.queryOptions({ id: run.id }));
  return (
    <Section title={t("files")}>
      {files.isError && <FailureLine code={failureCodeOf(files.error)} />}
      <ul className="flex flex-col rounded-panel border border-line bg-raised">
        {files.data?.map(({ name, sizeBytes, adminOnly }) => (
          <li key={name} className="flex items-center gap-2 border-b border-line px-3 py-1 last:border-b-0">
            {adminOnly && !mayAct ? (
              <span className="py-1 text-ink-2">
                {name} ({t("adminOnly")})
              </span>
            ) : (
              <a
                href={`/api/runs/${encodeURIComponent(run.id)}/${name}`}
                download
                className="inline-flex items-center gap-2 py-1 text-accent underline-offset-4 hover:underline"
              >
                <Download size={15} aria-hidden="true" />
                {name}
              </a>
            )}
            {sizeBytes !== null && (
              <span className="ml-auto text-small text-ink-2 tabular-nums">{format.bytes(sizeBytes)}</span>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
