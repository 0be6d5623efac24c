import { createHash } from "node:crypto";
import { AwsClient } from "aws4fetch";
import type { DataRemote } from "@/lib/dvc/remote";
import { type ExchangeOptions, exchange } from "./http-exchange";

export interface S3Settings {
  bucket: string;
  /** Without slashes at its ends; empty for the bucket's root. */
  prefix: string;
  region: string;
  /** The server's address; absent: Amazon's of the region. */
  endpoint?: string | undefined;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

/**
 * A bucket of S3-compatible storage, addressed by path. Requests carry AWS Signature Version 4 over their body's
 * SHA-256, so that the server refuses a body that changed on the way. An object appears whole or not at all.
 */
export function s3Remote(settings: S3Settings, options: Partial<ExchangeOptions> = {}): DataRemote {
  const { bucket, prefix, region, endpoint, accessKeyId, secretAccessKey, sessionToken } = settings;
  const client = new AwsClient({
    accessKeyId,
    secretAccessKey,
    ...(sessionToken ? { sessionToken } : {}),
    region,
    service: "s3",
    retries: 0,
  });
  const root = `${(endpoint ?? `https://s3.${region}.amazonaws.com`).replace(/\/+$/, "")}/${bucket}`;
  const name = `s3://${[bucket, prefix].filter(Boolean).join("/")}`;
  const urlOf = (path: string) =>
    `${root}/${[prefix, path].filter(Boolean).join("/").split("/").map(encodeStrictly).join("/")}`;
  const ask = (method: "GET" | "HEAD" | "PUT", path: string, body?: Uint8Array) => {
    const headers = { "x-amz-content-sha256": sha256Hex(body ?? new Uint8Array()) };
    const request = { method, headers, ...(body ? { body: body as Uint8Array<ArrayBuffer> } : {}) };
    return exchange((signal) => client.fetch(urlOf(path), { ...request, signal }), `${method} ${path}`, {
      remote: name,
      // An object may be absent, its bucket not.
      isAnswer: ({ status, bytes }) =>
        status < 400 ||
        (status === 404 && method !== "PUT" && !new TextDecoder().decode(bytes).includes("NoSuchBucket")),
      ...options,
    });
  };
  return {
    name,
    isReadOnly: false,
    async sizeOf(path) {
      const { status, headers } = await ask("HEAD", path);
      return status === 404 ? null : Number(headers.get("content-length"));
    },
    async read(path) {
      const { status, bytes } = await ask("GET", path);
      return status === 404 ? null : bytes;
    },
    async write(path, bytes) {
      await ask("PUT", path, bytes);
    },
  };
}

/** As RFC 3986 and the signature want it; encodeURIComponent leaves five characters more. */
function encodeStrictly(part: string): string {
  return encodeURIComponent(part).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256Hex(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
