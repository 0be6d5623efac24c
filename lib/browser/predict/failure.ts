import { describeError, PneumoscopeError } from "@/lib/errors";
import type { Failure } from "./messages";

/** What the page shows of an error; the console gets the rest. */
export function failureOf(error: unknown): Failure {
  console.warn(error);
  if (error instanceof PneumoscopeError) return { code: error.code, message: error.userMessage };
  return { code: "UNKNOWN", message: `Something unexpected went wrong: ${describeError(error)}` };
}
