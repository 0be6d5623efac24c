import { useState } from "react";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { useFormat } from "@/components/i18n/use-format";
import { Button } from "@/components/ui/button";
import type { RunDetails } from "@/lib/browser/trpc";
import { Section } from "./section";
import { useAnnotate } from "./use-annotate";

interface NotesProps {
  id: string;
  notes: string;
  noted: RunDetails["noted"];
  mayAct: boolean;
}

/** What people wrote about the run. */
export function Notes({ id, notes, noted, mayAct }: NotesProps) {
  const t = useTranslations("runs.run");
  const format = useFormat();
  return (
    <Section title={t("notes")}>
      {mayAct ? (
        <NotesEditor id={id} notes={notes} />
      ) : (
        <NotesText notes={notes} className={notes ? "" : "text-ink-2"} />
      )}
      {noted && (
        <p className="text-small wrap-anywhere text-ink-2">
          {t("notedBy", { who: noted.who, when: format.instant(noted.at) })}
        </p>
      )}
    </Section>
  );
}

function NotesText({ notes, className }: { notes: string; className: string }) {
  const t = useTranslations("runs.run");
  return <p className={`whitespace-pre-wrap wrap-anywhere ${className}`}>{notes || t("noNotes")}</p>;
}

/** What is being typed stays while the page hears of other changes; over another person's it is saved only knowingly. */
function NotesEditor({ id, notes }: { id: string; notes: string }) {
  const t = useTranslations("runs.run");
  const annotate = useAnnotate();
  const [typed, setTyped] = useState<{ text: string; seen: string } | null>(null);
  const { text, seen } = typed ?? { text: notes, seen: notes };
  const isChanged = seen !== notes && text !== notes;
  const settle = (next: typeof typed) => {
    annotate.reset();
    setTyped(next);
  };
  const type = (value: string) => setTyped(value === seen ? null : { text: value, seen });
  return (
    <>
      <textarea
        aria-label={t("notes")}
        value={text}
        rows={4}
        maxLength={5_000}
        onChange={(event) => type(event.currentTarget.value)}
        className="rounded-control border border-line-strong bg-ground px-3 py-2"
      />
      {annotate.isError && <FailureLine code={failureCodeOf(annotate.error)} />}
      {isChanged ? (
        <div
          role="status"
          data-their-notes
          className="flex flex-col gap-2 rounded-control border border-line bg-raised p-3"
        >
          <p>{t("theirNotes")}</p>
          <NotesText notes={notes} className="border-l-2 border-line-strong pl-3 text-ink-2" />
          <div className="flex flex-wrap gap-2">
            <Button onClick={() => settle(null)}>{t("takeTheirs")}</Button>
            <Button onClick={() => settle({ text, seen: notes })}>{t("keepMine")}</Button>
          </div>
        </div>
      ) : (
        <Button
          className="self-start"
          disabled={annotate.isPending || text === notes}
          onClick={() =>
            annotate.mutate({ id, notes: { value: text, seen } }, { onSuccess: () => setTyped(null) })
          }
        >
          {t("saveNotes")}
        </Button>
      )}
    </>
  );
}
