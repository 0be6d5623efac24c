import { useState } from "react";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { Button } from "@/components/ui/button";
import { Section } from "./section";
import { useAnnotate } from "./use-annotate";

interface NotesProps {
  id: string;
  notes: string;
  mayAct: boolean;
}

/** What people wrote about the run. What is being typed stays while the page hears of other changes. */
export function Notes({ id, notes, mayAct }: NotesProps) {
  const t = useTranslations("runs.run");
  const annotate = useAnnotate();
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? notes;
  if (!mayAct)
    return (
      <Section title={t("notes")}>
        <p className={`whitespace-pre-wrap wrap-anywhere ${notes ? "" : "text-ink-2"}`}>
          {notes || t("noNotes")}
        </p>
      </Section>
    );
  return (
    <Section title={t("notes")}>
      <textarea
        aria-label={t("notes")}
        value={text}
        rows={4}
        maxLength={5_000}
        onChange={(event) => setTyped(event.currentTarget.value)}
        className="rounded-control border border-line-strong bg-ground px-3 py-2"
      />
      {annotate.isError && <FailureLine code={failureCodeOf(annotate.error)} />}
      <Button
        className="self-start"
        disabled={annotate.isPending || text === notes}
        onClick={() => annotate.mutate({ id, notes: text }, { onSuccess: () => setTyped(null) })}
      >
        {t("saveNotes")}
      </Button>
    </Section>
  );
}
