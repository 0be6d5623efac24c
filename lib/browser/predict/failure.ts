import { describeError, PneumoscopeError } from "@/lib/errors";
import type { Failure } from "./messages";

/** A failure that a worker reported, as an error. */
export class ReportedError extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

export function toFailure(error: unknown): Failure {
  if (error instanceof ReportedError) return error.failure;
  if (error instanceof PneumoscopeError) return { code: error.code, message: error.userMessage };
  return { code: "UNKNOWN", message: `Something unexpected went wrong: ${describeError(error)}` };
}

/** What the page shows of an error; the console gets the rest. */
export function failureOf(error: unknown): Failure {
  console.warn(error);
  return toFailure(error);
}
