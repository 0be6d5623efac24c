import { type FormEvent, useId } from "react";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { Button } from "./button";

interface ReasonFormProps {
  means: string;
  /** What it is done to, by its exact name. */
  subject?: string;
  submit: string;
  back?: string;
  /** Of the last attempt; its message is English. */
  error: { message: string } | null;
  isPending: boolean;
  maxLength?: number;
  onSubmit(reason: string): void;
  onBack(): void;
}

/** Says what something means, and asks for the reason, which goes into the record. */
export function ReasonForm(props: ReasonFormProps) {
  const { means, subject, submit, back, error, isPending, maxLength = 2000, onSubmit, onBack } = props;
  const t = useTranslations("common");
  const id = useId();

  function handleSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    onSubmit(String(new FormData(event.currentTarget).get("reason")));
  }

  return (
    <form onSubmit={handleSubmit} className="flex flex-col gap-4">
      <p>{means}</p>
      {subject && <p className="text-small wrap-anywhere text-ink-2">{subject}</p>}
      {error && (
        <>
          <FailureLine code={failureCodeOf(error)} />
          <p lang="en" className="text-small wrap-anywhere text-ink-2">
            {error.message}
          </p>
        </>
      )}
      <div className="flex flex-col gap-1">
        <label htmlFor={id} className="text-small text-ink-2">
          {t("reason")}
        </label>
        <textarea
          id={id}
          name="reason"
          required
          minLength={3}
          maxLength={maxLength}
          rows={4}
          className="rounded-control border border-line-strong bg-ground px-3 py-2"
        />
      </div>
      <div className="flex gap-2">
        <Button type="submit" look="primary" disabled={isPending}>
          {submit}
        </Button>
        <Button onClick={onBack}>{back ?? t("cancel")}</Button>
      </div>
    </form>
  );
}
