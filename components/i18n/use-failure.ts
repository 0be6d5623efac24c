import { useTranslations } from "use-intl";
import type { ErrorCode } from "@/lib/errors";
import type en from "@/messages/en";

export type FailureCode = keyof (typeof en)["errors"];

/** What a reader is told of a failure. */
export interface FailureWords {
  title: string;
  meaning: string;
  action: string;
}

// A code without words in messages/*/errors.json is a compile error here.
type Wordless = Exclude<ErrorCode, FailureCode>;
const everyCodeHasWords: [Wordless] extends [never] ? true : Wordless = true;

/** The words for a failure's code: what happened, what it means, what to do. */
export function useFailureWords(): (code: FailureCode) => FailureWords {
  const t = useTranslations("errors");
  return (code) => ({
    title: t(`${code}.title`),
    meaning: t(`${code}.meaning`),
    action: t(`${code}.action`),
  });
}

export { everyCodeHasWords };
