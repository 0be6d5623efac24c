import { PneumoscopeError } from "@/lib/errors";
import { verifyRequest } from "@/lib/node/signed-request";
import { readAtMost } from "@/lib/server/read-at-most";
import { type JobStatus, jobStatusSchema } from "@/lib/training/job";

const largestBodyBytes = 4 * 1024 * 1024;

/** Reads the trainer's callback. @throws REQUEST_SIGNATURE_INVALID, CONFIG_INVALID */
export async function receiveCallback(request: Request, secret: string): Promise<JobStatus> {
  const body = await readAtMost(request, largestBodyBytes);
  if (!body) throw new PneumoscopeError("CONFIG_INVALID", "The callback is too large.");
  const { pathname, search } = new URL(request.url);
  verifyRequest({ method: request.method, path: pathname + search, body }, request.headers, secret);
  const parsed = jobStatusSchema.safeParse(parseJson(body));
  if (parsed.success) return parsed.data;
  throw new PneumoscopeError(
    "CONFIG_INVALID",
    "The callback is signed but is no job status of this version.",
  );
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return null;
  }
}
