import { X } from "lucide-react";
import type { FormEvent } from "react";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/text-field";
import { Tags } from "../tags";
import { Section } from "./section";
import { useAnnotate } from "./use-annotate";

interface TagEditorProps {
  id: string;
  tags: readonly string[];
  mayAct: boolean;
}

export function TagEditor({ id, tags, mayAct }: TagEditorProps) {
  const t = useTranslations("runs.run");
  const annotate = useAnnotate();

  function change(value: string[], onSuccess?: () => void) {
    annotate.mutate({ id, tags: { value, seen: [...tags] } }, onSuccess && { onSuccess });
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const tag = String(new FormData(form).get("tag")).trim();
    if (tag) change([...tags, tag], () => form.reset());
  }

  return (
    <Section title={t("tags")}>
      {tags.length === 0 && <p className="text-ink-2">{t("noTags")}</p>}
      {mayAct ? (
        <ul className="flex flex-wrap gap-1">
          {tags.map((tag) => (
            <li
              key={tag}
              className="inline-flex items-center gap-1 rounded-control border border-line bg-float pl-2"
            >
              {tag}
              <button
                type="button"
                aria-label={t("removeTag", { tag })}
                className="inline-flex items-center justify-center text-ink-2 hover:text-ink"
                onClick={() => change(tags.filter((other) => other !== tag))}
              >
                <X size={14} aria-hidden="true" />
              </button>
            </li>
          ))}
        </ul>
      ) : (
        <Tags tags={tags} />
      )}
      {annotate.isError && <FailureLine code={failureCodeOf(annotate.error)} />}
      {mayAct && (
        <form onSubmit={submit} className="flex items-end gap-2">
          <TextField
            label={t("addTag")}
            name="tag"
            maxLength={40}
            pattern="[^,]+"
            required
            className="min-w-0 flex-1 sm:max-w-64"
          />
          <Button type="submit" disabled={annotate.isPending}>
            {t("add")}
          </Button>
        </form>
      )}
    </Section>
  );
}
