import "@/lib/browser/privacy/report-from-worker";
import { digestOf } from "@/lib/manifest";
import { configureCodecs } from "@/lib/xray/codecs";
import { decodeRadiograph, toGrayImage } from "@/lib/xray/decode-radiograph";
import { toModelGray } from "@/lib/xray/model-gray";
import { failureOf } from "./failure";
import { listImages } from "./list-images";
import type { FromImageWorker, ListedImage, ReadImage, ReadRequest, ToImageWorker } from "./messages";

const scope = self as unknown as DedicatedWorkerGlobalScope;
/** Images said to be there per message: a long list must not hold up the page. */
const listChunk = 100;

const found = new Map<string, () => Promise<Uint8Array<ArrayBuffer>>>();
const listings = new Map<number, AbortController>();
let lastRead: Promise<unknown> = Promise.resolve();

configureCodecs({ baseUrl: "/runtime/" });
scope.addEventListener("message", ({ data }: MessageEvent<ToImageWorker>) => handle(data));

function post(message: FromImageWorker, transfer: Transferable[] = []): void {
  scope.postMessage(message, transfer);
}

function handle(message: ToImageWorker): void {
  switch (message.kind) {
    case "list":
      void list(message);
      return;
    case "unlist":
      listings.get(message.listId)?.abort();
      return;
    case "read":
      lastRead = lastRead.then(() => answer(message.requestId, message.request));
      return;
    case "forget":
      for (const key of message.keys) found.delete(key);
  }
}

/** Says what is there, in chunks, while it is found. Silently: only to have it found again after a restart. */
async function list({ listId, listing, silent }: Extract<ToImageWorker, { kind: "list" }>): Promise<void> {
  let chunk: ListedImage[] = [];
  const send = (complete: boolean) => {
    if (!silent) post({ kind: "listed", listId, images: chunk, complete });
    chunk = [];
  };
  const stop = new AbortController();
  listings.set(listId, stop);
  let n = 0;
  let sentAt = performance.now();
  for await (const image of listImages(listing, stop.signal)) {
    const key = `${listId}:${n++}`;
    if (image.read) found.set(key, image.read);
    const { name, folder, sizeBytes, failure } = image;
    chunk.push({ key, name, folder, sizeBytes, failure });
    if (n > 1 && chunk.length < listChunk && performance.now() - sentAt < 100) continue;
    send(false);
    sentAt = performance.now();
  }
  listings.delete(listId);
  send(true);
}

async function answer(requestId: number, request: ReadRequest): Promise<void> {
  try {
    const image = await read(request);
    const transfer: Transferable[] = [image.gray.buffer];
    if (image.radiograph) transfer.push(image.radiograph.values.buffer);
    post({ kind: "read", requestId, image }, transfer);
  } catch (error) {
    post({ kind: "unread", requestId, failure: failureOf(error) });
  }
}

async function read({ key, frame, size, show }: ReadRequest): Promise<ReadImage> {
  const readBytes = found.get(key);
  if (!readBytes) throw new Error(`there is no file ${key} in this worker`);
  const bytes = await readBytes();
  const startedAt = performance.now();
  const radiograph = await decodeRadiograph(bytes, { frame });
  const decodedAt = performance.now();
  const modelGray = Uint8Array.from(toModelGray(toGrayImage(radiograph), size));
  const resizeMs = performance.now() - decodedAt;
  const { values: _, voi: __, presets: ___, ...facts } = radiograph;
  return {
    digest: await digestOf(bytes),
    gray: modelGray,
    size,
    facts,
    decodeMs: decodedAt - startedAt,
    resizeMs,
    radiograph: show ? radiograph : null,
  };
}
