import en from "@/messages/en/errors.json";
import type { FailureCode } from "./use-failure";

const isFailureCode = (code: unknown): code is FailureCode => typeof code === "string" && code in en;

/** The code of a failed request, whatever threw it. */
export function failureCodeOf(error: unknown): FailureCode {
  const code = (error as { data?: { errorCode?: unknown } } | null)?.data?.errorCode;
  return isFailureCode(code) ? code : "UNKNOWN";
}

/** A code that came as text. */
export function failureCodeFrom(text: string | null | undefined): FailureCode {
  return isFailureCode(text) ? text : "UNKNOWN";
}
