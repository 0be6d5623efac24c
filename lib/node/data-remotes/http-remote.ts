import type { DataRemote } from "@/lib/dvc/remote";
import { PneumoscopeError } from "@/lib/errors";
import { type ExchangeOptions, exchange } from "./http-exchange";

export interface HttpRemoteOptions extends Partial<ExchangeOptions> {
  /** The value of the header Authorization. */
  authorization?: string | undefined;
}

/** A remote that a web server serves as files: for reading only. @param root without credentials */
export function httpRemote(root: string, options: HttpRemoteOptions = {}): DataRemote {
  const name = root.replace(/\/+$/, "");
  const headers = {
    // Sizes are those of the files.
    "accept-encoding": "identity",
    ...(options.authorization ? { authorization: options.authorization } : {}),
  };
  const ask = (method: "GET" | "HEAD", path: string) =>
    exchange(
      (signal) =>
        fetch(`${name}/${path.split("/").map(encodeURIComponent).join("/")}`, { method, headers, signal }),
      path,
      { remote: name, ...options },
    );
  return {
    name,
    isReadOnly: true,
    async sizeOf(path) {
      const { status, headers } = await ask("HEAD", path);
      if (status === 404) return null;
      const length = headers.get("content-length");
      // A server that composes its answers may not know.
      return length === null ? ((await this.read(path))?.byteLength ?? null) : Number(length);
    },
    async read(path) {
      const { status, bytes } = await ask("GET", path);
      return status === 404 ? null : bytes;
    },
    async write() {
      throw new PneumoscopeError(
        "DATA_REMOTE_READ_ONLY",
        `The data remote ${name} is read over HTTP and cannot be written. Push to a folder or to s3://BUCKET/PREFIX.`,
      );
    },
  };
}
