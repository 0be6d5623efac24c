import { TRPCError } from "@trpc/server";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import { z } from "zod";
import { PneumoscopeError } from "@/lib/errors";
import { readAtMost } from "@/lib/server/read-at-most";
import { createCaller } from "@/lib/server/trpc/router";
import { asTrpcError, type TrpcContext } from "@/lib/server/trpc/trpc";
import { listOperations, type Operation } from "./operations";
import { readQuery } from "./read-query";

const largestBodyBytes = 1024 * 1024;

class RequestProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }
}

/**
 * An operation over plain JSON: parameters in the address for what only reads, a JSON body for what changes something.
 * Failures are `{ error: { code, message } }`.
 * @param path below /api/v1
 */
export async function handleApiRequest(
  request: Request,
  path: string,
  context: TrpcContext,
): Promise<Response> {
  try {
    const operation = operationFor(path, request.method);
    const input = await inputOf(operation, request);
    // A token that opens nothing is refused where everybody may call as well.
    if (request.headers.has("authorization")) await context.caller();
    return answer(200, await procedureOf(operation, context)(input));
  } catch (error) {
    return refusal(error);
  }
}

function operationFor(path: string, method: string): Operation {
  const operation = listOperations().get(path);
  if (!operation)
    throw new RequestProblem(
      404,
      "OPERATION_NOT_FOUND",
      "There is no such operation. /api-docs lists all of them.",
    );
  if (operation.method !== method)
    throw new RequestProblem(405, "METHOD_NOT_ALLOWED", `${path} is for ${operation.method}.`, {
      allow: operation.method,
    });
  return operation;
}

async function inputOf({ method, input }: Operation, request: Request): Promise<unknown> {
  if (method === "GET") return readQuery(input, new URL(request.url).searchParams);
  const body = await readAtMost(request, largestBodyBytes);
  if (!body) throw new RequestProblem(413, "INPUT_TOO_LARGE", "The body is larger than 1 MiB.");
  const text = new TextDecoder().decode(body);
  if (text.trim() === "") return undefined;
  if (!/^application\/json\b/i.test(request.headers.get("content-type") ?? ""))
    throw new RequestProblem(415, "CONTENT_TYPE_UNSUPPORTED", "Send the input as application/json.");
  try {
    return JSON.parse(text);
  } catch {
    throw new RequestProblem(400, "INPUT_INVALID", "The body is not JSON.");
  }
}

function procedureOf({ name }: Operation, context: TrpcContext): (input: unknown) => Promise<unknown> {
  let at: unknown = createCaller(context);
  for (const part of name.split(".")) at = (at as Record<string, unknown>)[part];
  return at as (input: unknown) => Promise<unknown>;
}

function answer(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body ?? null, plain), {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store", ...headers },
  });
}

/** Dates are ISO 8601 by themselves. */
function plain(_key: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Set) return [...value];
  return typeof value === "bigint" ? String(value) : value;
}

function refusal(thrown: unknown): Response {
  const { status, code, message, headers } = problemOf(thrown);
  return answer(status, { error: { code, message } }, headers);
}

function problemOf(thrown: unknown): RequestProblem {
  if (thrown instanceof RequestProblem) return thrown;
  const error = thrown instanceof TRPCError ? thrown : asTrpcError(thrown);
  const status = getHTTPStatusCodeFromError(error);
  const headers: Record<string, string> = {};
  if (status === 401) headers["www-authenticate"] = 'Bearer realm="Pneumoscope"';
  if (status === 429) headers["retry-after"] = "60";
  const { cause } = error;
  if (cause instanceof PneumoscopeError)
    return new RequestProblem(status, cause.code, cause.userMessage, headers);
  if (cause instanceof z.ZodError && status === 400)
    return new RequestProblem(400, "INPUT_INVALID", z.prettifyError(cause));
  return new RequestProblem(status, error.code, error.message, headers);
}
