import path from "node:path";
import type { DataRemote } from "@/lib/dvc/remote";
import { PneumoscopeError } from "@/lib/errors";
import { folderRemote } from "./folder-remote";
import { httpRemote } from "./http-remote";
import { s3Remote } from "./s3-remote";

type Environment = Record<string, string | undefined>;

/** Whether an address is that of a server, and not a path. */
export function isRemoteUrl(address: string): boolean {
  return /^(s3|https?):\/\//i.test(address);
}

/**
 * The remote at an address: `s3://BUCKET/PREFIX`, `https://HOST/PATH` (read only) or a folder. S3 takes its credentials
 * and server from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION (us-east-1) and
 * AWS_ENDPOINT_URL (Amazon's), HTTP an Authorization header from DATA_REMOTE_AUTHORIZATION.
 * @throws CONFIG_INVALID
 */
export function openRemote(address: string, environment: Environment = process.env): DataRemote {
  const read = (name: string) => environment[name]?.trim() || undefined;
  if (!isRemoteUrl(address)) return folderRemote(path.resolve(address));
  const url = new URL(address);
  if (url.username || url.password)
    throw invalid(
      `${url.host}${url.pathname} is given with a password in its address, which records and messages would show. ` +
        "Put it into DATA_REMOTE_AUTHORIZATION.",
    );
  if (url.protocol !== "s3:")
    return httpRemote(address, { authorization: read("DATA_REMOTE_AUTHORIZATION") });
  const [accessKeyId, secretAccessKey] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].map((name) => {
    const value = read(name);
    if (!value) throw invalid(`${address} needs ${name}, which is not set.`);
    return value;
  });
  return s3Remote({
    bucket: url.host,
    prefix: decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, ""),
    region: read("AWS_REGION") ?? read("AWS_DEFAULT_REGION") ?? "us-east-1",
    endpoint: read("AWS_ENDPOINT_URL_S3") ?? read("AWS_ENDPOINT_URL"),
    accessKeyId: accessKeyId ?? "",
    secretAccessKey: secretAccessKey ?? "",
    sessionToken: read("AWS_SESSION_TOKEN"),
  });
}

function invalid(message: string): PneumoscopeError {
  return new PneumoscopeError("CONFIG_INVALID", message);
}
