import { ReportedError } from "./failure";
import type {
  FromImageWorker,
  ListedImage,
  Listing,
  ReadImage,
  ReadRequest,
  ToImageWorker,
} from "./messages";
import type { ImageSource } from "./queue-sources";

interface OpenList {
  listing: Listing;
  /** Null once everything was found, or nobody wants it. */
  onListed: ((images: ListedImage[], complete: boolean) => void) | null;
  /** Images that were said to be there and not forgotten since. */
  kept: number;
  listed: number;
  /** After a restart: as many are known already. */
  skip: number;
}

interface OpenRead {
  resolve(image: ReadImage): void;
  reject(error: unknown): void;
  timer: ReturnType<typeof setTimeout>;
}

/** No honest file takes so long; a decoder that hangs must not take the list with it. */
const readWithinMs = 60_000;

/**
 * The page's side of the image worker. File handles stay here too, so that a worker that hangs or dies is replaced
 * without losing the list.
 */
export class ImageReader implements ImageSource {
  #worker: Worker | null = null;
  #lists = new Map<number, OpenList>();
  #reads = new Map<number, OpenRead>();
  #lastId = 0;

  /** Finds the images in a listing; `onListed` is called as they are found. @returns the id for unlist */
  list(listing: Listing, onListed: (images: ListedImage[], complete: boolean) => void): number {
    const listId = ++this.#lastId;
    this.#lists.set(listId, { listing, onListed, kept: 0, listed: 0, skip: 0 });
    this.#send({ kind: "list", listId, listing, silent: false });
    return listId;
  }

  /** Stops finding; what was found can still be read. */
  unlistAll(): void {
    for (const [listId, list] of this.#lists) {
      list.onListed = null;
      this.#send({ kind: "unlist", listId });
      if (list.kept === 0) this.#lists.delete(listId);
    }
  }

  read(request: ReadRequest): Promise<ReadImage> {
    const requestId = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#restart("the decoder took longer than a minute"), readWithinMs);
      this.#reads.set(requestId, { resolve, reject, timer });
      this.#send({ kind: "read", requestId, request });
    });
  }

  forget(keys: string[]): void {
    this.#send({ kind: "forget", keys });
    for (const key of keys) {
      const listId = Number(key.split(":")[0]);
      const list = this.#lists.get(listId);
      if (list && --list.kept <= 0 && !list.onListed) this.#lists.delete(listId);
    }
  }

  #start(): Worker {
    const worker = new Worker(new URL("./image-worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<FromImageWorker>) => this.#receive(data));
    worker.addEventListener("error", () => this.#restart("the decoder stopped unexpectedly"));
    return worker;
  }

  #send(message: ToImageWorker): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(message);
  }

  #restart(reason: string): void {
    this.#worker?.terminate();
    this.#worker = this.#start();
    for (const [listId, list] of this.#lists) {
      list.skip = list.listed;
      this.#send({ kind: "list", listId, listing: list.listing, silent: list.onListed === null });
    }
    this.#failReads(reason);
  }

  #failReads(reason: string): void {
    for (const { reject, timer } of this.#reads.values()) {
      clearTimeout(timer);
      reject(
        new ReportedError({ code: "IMAGE_CORRUPT", message: `This file could not be read: ${reason}.` }),
      );
    }
    this.#reads.clear();
  }

  #receive(message: FromImageWorker): void {
    if (message.kind === "listed") {
      this.#listed(message);
      return;
    }
    const read = this.#reads.get(message.requestId);
    if (!read) return;
    this.#reads.delete(message.requestId);
    clearTimeout(read.timer);
    if (message.kind === "read") read.resolve(message.image);
    else read.reject(new ReportedError(message.failure));
  }

  #listed({ listId, images, complete }: Extract<FromImageWorker, { kind: "listed" }>): void {
    const list = this.#lists.get(listId);
    if (!list?.onListed) return;
    const fresh = images.slice(Math.min(list.skip, images.length));
    list.skip -= images.length - fresh.length;
    list.listed += fresh.length;
    list.kept += fresh.length;
    list.onListed(fresh, complete);
    if (complete) list.onListed = null;
  }
}
