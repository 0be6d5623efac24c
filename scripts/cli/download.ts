import { createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { diskError } from "@/lib/node/write-file";

export interface DownloadOptions {
  url: string;
  /** Where the whole file appears at the end; until then its part is beside it, ending in ".part". */
  file: string;
  largestBytes: number;
  onProgress(receivedBytes: number, totalBytes: number | null): void;
  /** Without any byte for this long, the attempt has failed. */
  silenceMs?: number;
}

/**
 * Downloads a file. An interrupted download goes on where it stopped, also in a later run, where the server
 * supports ranges. @throws NETWORK_FAILED, WEIGHTS_INVALID when it is too large, DISK_FULL
 */
export async function download(options: DownloadOptions): Promise<void> {
  const part = `${options.file}.part`;
  await mkdir(path.dirname(options.file), { recursive: true });
  const had = (await stat(part).catch(() => null))?.size ?? 0;
  const response = await request(options, had);
  const resumes = response.status === 206;
  const start = resumes ? had : 0;
  if (response.status === 416 && had > 0) {
    await rm(part, { force: true });
    return download(options);
  }
  if (!response.ok || !response.body) {
    throw failed(options.url, `HTTP ${response.status} ${response.statusText}`.trim());
  }
  const total = totalBytes(response, start);
  if (total !== null) refuseLarge(options, total);
  await receive(response, part, start, total, options);
  await rename(part, options.file);
}

async function request({ url, silenceMs = 30_000 }: DownloadOptions, had: number): Promise<Response> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new Error(`no answer for ${silenceMs / 1000} s`)), silenceMs);
  try {
    return await fetch(url, {
      headers: { "accept-encoding": "identity", ...(had > 0 ? { range: `bytes=${had}-` } : {}) },
      signal: abort.signal,
    });
  } catch (error) {
    throw failed(url, rootMessage(error), error);
  } finally {
    clearTimeout(timer);
  }
}

async function receive(
  response: Response,
  part: string,
  start: number,
  total: number | null,
  options: DownloadOptions,
): Promise<void> {
  const { url, silenceMs = 30_000, onProgress } = options;
  let received = start;
  const silence = new AbortController();
  const tooSilent = () => silence.abort(new Error(`nothing arrived for ${silenceMs / 1000} s`));
  let timer = setTimeout(tooSilent, silenceMs);
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      clearTimeout(timer);
      timer = setTimeout(tooSilent, silenceMs);
      received += chunk.byteLength;
      if (received > options.largestBytes) return next(tooLarge(options, received));
      onProgress(received, total);
      next(null, chunk);
    },
  });
  try {
    const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
    const target = createWriteStream(part, { flags: start > 0 ? "a" : "w" });
    await pipeline(body, meter, target, { signal: silence.signal });
  } catch (error) {
    if (error instanceof PneumoscopeError) {
      await rm(part, { force: true });
      throw error;
    }
    const disk = diskError(error, part);
    if (disk !== error) throw disk;
    throw failed(url, rootMessage(silence.signal.aborted ? silence.signal.reason : error), error);
  } finally {
    clearTimeout(timer);
  }
  if (total !== null && received !== total) throw failed(url, `it ended after ${received} of ${total} bytes`);
}

/** The size of the whole file, or null where the server does not say. */
function totalBytes(response: Response, start: number): number | null {
  const ranged = /\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1];
  if (ranged) return Number(ranged);
  const length = response.headers.get("content-length");
  return length === null ? null : start + Number(length);
}

function refuseLarge(options: DownloadOptions, total: number): void {
  if (total > options.largestBytes) throw tooLarge(options, total);
}

function tooLarge({ url, largestBytes }: DownloadOptions, bytes: number): PneumoscopeError {
  return new PneumoscopeError(
    "WEIGHTS_INVALID",
    `${url} has at least ${bytes} bytes; a resnet18 file has at most ${largestBytes}. It is not fetched.`,
  );
}

function failed(url: string, reason: string, cause?: unknown): PneumoscopeError {
  return new PneumoscopeError(
    "NETWORK_FAILED",
    `${url} could not be fetched: ${reason}. Run the command again to go on where it stopped, or name another source with --url.`,
    { cause },
  );
}

function rootMessage(error: unknown): string {
  let current = error;
  while (current instanceof Error && current.cause instanceof Error) current = current.cause;
  return describeError(current);
}
