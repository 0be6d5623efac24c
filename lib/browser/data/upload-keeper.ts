import type { Digest } from "@/lib/artifacts/store";
import { type ErrorCode, PneumoscopeError } from "@/lib/errors";
import type { ChosenFiles } from "./chosen-files";
import { putChunk } from "./put-chunk";
import { createSpeedometer, sendUpload } from "./send-upload";

/** What this tab's upload is doing. */
export type UploadProgress =
  | { state: "none" }
  | {
      state: "sending";
      /** Null until the server has answered. */
      id: string | null;
      name: string;
      sentBytes: number;
      totalBytes: number;
      secondsLeft: number | null;
      /** The network is away, or the server. */
      isWaiting: boolean;
    }
  | { state: "failed"; id: string | null; name: string; code: ErrorCode | "UNKNOWN"; message: string };

/** What is asked of the server beside the pieces. */
export interface UploadServer {
  start(input: Pick<ChosenFiles, "name" | "kind" | "files" | "fingerprint">): Promise<{
    id: string;
    chunkBytes: number;
    sizeBytes: number;
    chunks: { index: number; digest: Digest }[];
  }>;
  /** From here on the import is among the jobs. */
  finish(uploadId: string): Promise<unknown>;
}

const listeners = new Set<() => void>();
let progress: UploadProgress = { state: "none" };
let sending: AbortController | null = null;

/** This tab sends one upload at a time; it goes on while its person looks at other pages of the record. */
export const uploadKeeper = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  current: (): UploadProgress => progress,
  /** Sends the files and has them imported. Where this tab sends already, that goes on and these are not taken. */
  async send(chosen: ChosenFiles, server: UploadServer): Promise<void> {
    if (sending) return;
    sending = new AbortController();
    window.addEventListener("beforeunload", askFirst);
    try {
      await work(chosen, server, sending.signal);
    } catch (error) {
      if (!sending?.signal.aborted) fail(chosen.name, error);
    } finally {
      sending = null;
      window.removeEventListener("beforeunload", askFirst);
    }
  },
  /** Stops sending; what has come stays on the server until it is cancelled there. */
  stop(): void {
    sending?.abort();
    tell({ state: "none" });
  },
};

function tell(next: UploadProgress): void {
  progress = next;
  for (const listener of listeners) listener();
}

async function work(chosen: ChosenFiles, server: UploadServer, signal: AbortSignal): Promise<void> {
  const { name, kind, files, fingerprint, bytes } = chosen;
  const totalBytes = chosen.sizeBytes;
  const speed = createSpeedometer();
  const say = (id: string | null, sentBytes: number, isWaiting = false) =>
    tell({
      state: "sending",
      id,
      name,
      sentBytes,
      totalBytes,
      secondsLeft: speed.secondsLeft(performance.now(), sentBytes, totalBytes),
      isWaiting,
    });
  say(null, 0);
  const { id, chunks, ...plan } = await server.start({ name, kind, files, fingerprint });
  await sendUpload({
    plan,
    known: chunks,
    read: (start, end) => readSlice(bytes, start, end),
    put: (index, digest, piece) => putChunk(id, { index, digest, bytes: piece, signal }),
    pause: (pauseMs) => pauseUntilOnline(pauseMs, signal),
    onProgress: (sent) => !signal.aborted && say(id, sent.bytes, sent.isWaiting),
    signal,
  });
  await server.finish(id);
  tell({ state: "none" });
}

function fail(name: string, error: unknown): void {
  const id = progress.state === "sending" ? progress.id : null;
  const told = (error as { data?: { errorCode?: ErrorCode | null } } | null)?.data?.errorCode;
  const code = error instanceof PneumoscopeError ? error.code : (told ?? "UNKNOWN");
  tell({ state: "failed", id, name, code, message: error instanceof Error ? error.message : "" });
}

async function readSlice(bytes: Blob, start: number, end: number): Promise<Uint8Array> {
  try {
    return new Uint8Array(await bytes.slice(start, end).arrayBuffer());
  } catch (cause) {
    throw new PneumoscopeError("FILE_NOT_FOUND", "A file was moved or changed since it was chosen.", {
      cause,
    });
  }
}

function pauseUntilOnline(pauseMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, pauseMs);
    window.addEventListener("online", done);
    signal.addEventListener("abort", done);
  });
}

function askFirst(event: BeforeUnloadEvent): void {
  event.preventDefault();
}
