import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId } from "react";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { Button } from "@/components/ui/button";
import { useTRPC } from "@/lib/browser/trpc";

/** Adds a remark to the record of a version or run. */
export function CommentForm({ about }: { about: string }) {
  const t = useTranslations("models.page");
  const trpc = useTRPC();
  const queries = useQueryClient();
  const id = useId();
  const comment = useMutation(
    trpc.modelVersions.comment.mutationOptions({
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.modelVersions.pathKey() }),
    }),
  );
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const text = String(new FormData(form).get("text"));
    comment.mutate({ about, text }, { onSuccess: () => form.reset() });
  }
  return (
    <form onSubmit={submit} className="flex flex-col items-start gap-2">
      {comment.error && <FailureLine code={failureCodeOf(comment.error)} />}
      <label htmlFor={id} className="text-small text-ink-2">
        {t("commentLabel")}
      </label>
      <textarea
        id={id}
        name="text"
        required
        minLength={3}
        maxLength={2000}
        rows={2}
        className="w-full rounded-control border border-line-strong bg-ground px-3 py-2"
      />
      <Button type="submit" disabled={comment.isPending}>
        {t("comment")}
      </Button>
    </form>
  );
}
