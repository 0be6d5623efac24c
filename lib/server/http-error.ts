import { TRPCError } from "@trpc/server";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import { type ErrorCode, PneumoscopeError } from "@/lib/errors";
import { trpcCodeOf } from "./trpc/error-map";

/** As procedures answer it, but for what their protocol has no word for. */
function statusOf(code: ErrorCode): number {
  return code === "DISK_FULL" ? 507 : getHTTPStatusCodeFromError(new TRPCError({ code: trpcCodeOf(code) }));
}

/** The answer for something that was thrown in a route; what is not ours is logged and not shown. */
export function errorResponse(error: unknown): Response {
  if (error instanceof PneumoscopeError) {
    const status = statusOf(error.code);
    if (status >= 500) process.stderr.write(`web: ${error.code}: ${error.message}\n`);
    return problem(status, error.code, error.userMessage);
  }
  process.stderr.write(`web: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return problem(500, "INTERNAL", "Something went wrong on the server; its log says what.");
}

export function problem(status: number, code: string, message: string): Response {
  return Response.json({ error: { code, message } }, { status, headers: { "cache-control": "no-store" } });
}
