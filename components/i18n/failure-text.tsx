import { useTranslations } from "use-intl";
import type { FailureCode } from "./use-failure";
import { useFailureWords } from "./use-failure";

/** What a failure means and what to do, with the technical message, which is English, beneath. */
export function FailureText({ failure }: { failure: { code: FailureCode; message: string } }) {
  const t = useTranslations("page");
  const { meaning, action } = useFailureWords()(failure.code);
  return (
    <>
      <p className="text-ink-2">
        {meaning} {action}
      </p>
      <p className="text-small wrap-anywhere text-ink-2">
        {t("details")} (<code className="font-sans">{failure.code}</code>):{" "}
        <span lang="en">{failure.message}</span>
      </p>
    </>
  );
}
