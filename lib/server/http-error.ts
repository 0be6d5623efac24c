import { type ErrorCode, PneumoscopeError } from "@/lib/errors";

const statusOf: Partial<Record<ErrorCode, number>> = {
  ARTIFACT_NOT_FOUND: 404,
  FILE_NOT_FOUND: 404,
  MODEL_VERSION_NOT_FOUND: 404,
  RUN_NOT_FOUND: 404,
  MODEL_REVOKED: 409,
  DATASET_VERSION_NOT_FOUND: 404,
  UPLOAD_NOT_FOUND: 404,
  UPLOAD_CHUNK_DAMAGED: 400,
  UPLOAD_FILE_CHANGED: 409,
  UPLOAD_INCOMPLETE: 409,
  DISK_FULL: 507,
  REQUEST_SIGNATURE_INVALID: 401,
  TOKEN_INVALID: 401,
  TOO_MANY_REQUESTS: 429,
  SIGN_IN_REQUIRED: 401,
  NOT_ALLOWED: 403,
  CONFIG_INVALID: 400,
  DATABASE_UNAVAILABLE: 503,
};

/** The answer for something that was thrown in a route; what is not ours is logged and not shown. */
export function errorResponse(error: unknown): Response {
  if (error instanceof PneumoscopeError) {
    const status = statusOf[error.code] ?? 500;
    if (status >= 500) process.stderr.write(`web: ${error.code}: ${error.message}\n`);
    return problem(status, error.code, error.userMessage);
  }
  process.stderr.write(`web: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return problem(500, "INTERNAL", "Something went wrong on the server; its log says what.");
}

export function problem(status: number, code: string, message: string): Response {
  return Response.json({ error: { code, message } }, { status, headers: { "cache-control": "no-store" } });
}
