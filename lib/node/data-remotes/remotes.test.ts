import { createHash, createHmac } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { md5OfText } from "@/lib/dvc/md5";
import { objectPath } from "@/lib/dvc/pointer-file";
import type { DataRemote } from "@/lib/dvc/remote";
import { fetchObject } from "./fetch-object";
import { folderRemote } from "./folder-remote";
import { httpRemote } from "./http-remote";
import { openRemote } from "./open-remote";
import { s3Remote } from "./s3-remote";

let folder: string;
let servers: Server[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "remotes-"));
  servers = [];
});
afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
  await rm(folder, { recursive: true, force: true });
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const text = "the bytes of an image";
const md5 = md5OfText(text);
const bytesOf = (content: string) => new TextEncoder().encode(content);
const wanted = { md5, generation: 3, shownAs: "NORMAL/a.png" } as const;
const fast = { firstPauseMs: 1, attempts: 3 };

/** A small S3: keeps objects in memory and refuses what is not signed for these credentials, body included. */
const credentials = { accessKeyId: "key", secretAccessKey: "secret/+", region: "eu-test-1" };
async function serveS3(): Promise<{ endpoint: string; objects: Map<string, Buffer> }> {
  const objects = new Map<string, Buffer>();
  const endpoint = await serve(async (request, response) => {
    const body = await bodyOf(request);
    const answer = (status: number, code: string) =>
      response.writeHead(status).end(`<Error><Code>${code}</Code></Error>`);
    const { pathname } = new URL(request.url ?? "", endpoint);
    const key = decodeURIComponent(pathname);
    if (!isSigned(request, body)) answer(403, "SignatureDoesNotMatch");
    else if (!key.startsWith("/bucket/")) answer(404, "NoSuchBucket");
    else if (request.method === "PUT") {
      objects.set(key, body);
      response.end();
    } else if (objects.has(key)) {
      const object = objects.get(key) as Buffer;
      response.writeHead(200, { "content-length": object.length });
      response.end(request.method === "HEAD" ? undefined : object);
    } else answer(404, "NoSuchKey");
  });
  return { endpoint, objects };
}

/** The signature worked out from AWS's description of version 4, and the body's hash. */
function isSigned(request: IncomingMessage, body: Buffer): boolean {
  const header = (name: string) => String(request.headers[name] ?? "");
  if (header("x-amz-content-sha256") !== createHash("sha256").update(body).digest("hex")) return false;
  const at = header("x-amz-date");
  if (Math.abs(Date.parse(at.replace(/(....)(..)(..T..)(..)/, "$1-$2-$3:$4:")) - Date.now()) > 300_000)
    return false;
  const signed = /SignedHeaders=([^,]+)/.exec(header("authorization"))?.[1] ?? "";
  if (!["host", "x-amz-content-sha256", "x-amz-date"].every((name) => signed.split(";").includes(name)))
    return false;
  const headers = signed.split(";").map((name) => `${name}:${header(name)}\n`);
  const canonical = [
    request.method,
    request.url,
    "",
    headers.join(""),
    signed,
    header("x-amz-content-sha256"),
  ];
  const scope = `${at.slice(0, 8)}/${credentials.region}/s3/aws4_request`;
  const hash = createHash("sha256").update(canonical.join("\n")).digest("hex");
  const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const key = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${credentials.secretAccessKey}`);
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${at}\n${scope}\n${hash}`).toString("hex");
  return header("authorization").endsWith(
    `Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`,
  );
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const kinds: [string, () => Promise<DataRemote>][] = [
  ["a folder", async () => folderRemote(path.join(folder, "remote"))],
  [
    "S3-compatible storage",
    async () =>
      s3Remote(
        { bucket: "bucket", prefix: "a b/ü+", ...credentials, endpoint: (await serveS3()).endpoint },
        fast,
      ),
  ],
];

describe.each(kinds)("%s", (_name, open) => {
  it("keeps objects whole, says what it lacks, and gives them back", async () => {
    const remote = await open();
    const paths = [objectPath(md5), "x.dvc", "pneumoscope/listings/ü (1)+&=.json"];
    for (const at of paths) {
      expect(await remote.sizeOf(at)).toBeNull();
      expect(await remote.read(at)).toBeNull();
      await remote.write(at, bytesOf("first"));
      await remote.write(at, bytesOf(text));
      expect(await remote.sizeOf(at)).toBe(text.length);
      expect(Buffer.from((await remote.read(at)) ?? []).toString()).toBe(text);
    }
    expect(Buffer.from(await fetchObject([remote], wanted)).toString()).toBe(text);
    expect(remote.isReadOnly).toBe(false);
  });

  it("with a wrong byte gives nothing, and names the object and the file", async () => {
    const remote = await open();
    await remote.write(objectPath(md5), bytesOf(text.replace("b", "d")));
    await expect(fetchObject([remote], wanted)).rejects.toMatchObject({
      code: "DATA_OBJECT_CORRUPT",
      message: expect.stringMatching(/NORMAL\/a\.png \(files\/md5\/.*has the MD5/),
    });
  });
});

describe("a folder", () => {
  it("leaves no temporary file, and names itself where it cannot be written", async () => {
    const remote = folderRemote(path.join(folder, "remote"));
    await remote.write("a/b", bytesOf(text));
    expect(await readdir(path.join(folder, "remote", "a"))).toEqual(["b"]);
    await expect(remote.write("a/b/c", bytesOf(text))).rejects.toMatchObject({ code: "DATA_REMOTE_FAILED" });
    expect(await readFile(path.join(folder, "remote", "a", "b"), "utf8")).toBe(text);
    expect(await remote.read("a/b/c")).toBeNull();
  });
});

describe("S3-compatible storage", () => {
  const settings = { bucket: "bucket", prefix: "", ...credentials };

  it("refuses a wrong secret and an absent bucket by name, at once", async () => {
    const { endpoint } = await serveS3();
    const wrong = s3Remote({ ...settings, endpoint, secretAccessKey: "other" }, fast);
    await expect(wrong.read("x")).rejects.toMatchObject({
      code: "DATA_REMOTE_FAILED",
      message: expect.stringMatching(/s3:\/\/bucket.*403 SignatureDoesNotMatch \(attempt 1\)/),
    });
    const absent = s3Remote({ ...settings, endpoint, bucket: "none" }, fast);
    for (const ask of [() => absent.read("x"), () => absent.write("x", bytesOf(text))])
      await expect(ask()).rejects.toMatchObject({ message: expect.stringContaining("404 NoSuchBucket") });
  });

  it("is found with its settings in the environment, which must name credentials and hold no password in an address", async () => {
    const { endpoint, objects } = await serveS3();
    const environment = {
      AWS_ACCESS_KEY_ID: "key",
      AWS_SECRET_ACCESS_KEY: "secret/+",
      AWS_REGION: "eu-test-1",
      AWS_ENDPOINT_URL: `${endpoint}/`,
    };
    await openRemote("s3://bucket/some/prefix/", environment).write("x.dvc", bytesOf(text));
    expect([...objects.keys()]).toEqual(["/bucket/some/prefix/x.dvc"]);
    const invalid = (message: RegExp) =>
      expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringMatching(message) });
    expect(() => openRemote("s3://bucket", {})).toThrowError(invalid(/AWS_ACCESS_KEY_ID/));
    expect(() => openRemote("https://me:hidden@host/x", {})).toThrowError(invalid(/^(?!.*hidden)/));
  });
});

describe("a web server", () => {
  it("is read with the header that it is given, and not written", async () => {
    const seen: (string | undefined)[] = [];
    const root = await serve((request, response) => {
      seen.push(request.headers.authorization);
      if (request.url === `/data/${objectPath(md5)}`) response.end(text);
      else response.writeHead(404).end();
    });
    const remote = openRemote(`${root}/data/`, { DATA_REMOTE_AUTHORIZATION: "Bearer t" });
    expect(Buffer.from(await fetchObject([remote], wanted)).toString()).toBe(text);
    expect(await remote.sizeOf(objectPath(md5))).toBe(text.length);
    expect(new Set(seen)).toEqual(new Set(["Bearer t"]));
    expect(await remote.read("nothing")).toBeNull();
    expect(remote.isReadOnly).toBe(true);
    await expect(remote.write("x", bytesOf(text))).rejects.toMatchObject({ code: "DATA_REMOTE_READ_ONLY" });
  });

  it("that lacks an object is passed over for the next remote, and named when there is none", async () => {
    const root = await serve((_request, response) => response.writeHead(404).end());
    const second = folderRemote(path.join(folder, "second"));
    await expect(fetchObject([httpRemote(root), second], wanted)).rejects.toMatchObject({
      code: "DATA_OBJECT_MISSING",
      message: expect.stringMatching(/NORMAL\/a\.png.*127\.0\.0\.1.*second/),
    });
    await second.write(objectPath(md5), bytesOf(text));
    expect(Buffer.from(await fetchObject([httpRemote(root), second], wanted)).toString()).toBe(text);
  });

  it.each([
    ["500", (response) => response.writeHead(500).end()],
    ["429", (response) => response.writeHead(429).end()],
    [
      "half the bytes",
      (response) => response.writeHead(200, { "content-length": 99 }).write(text, () => response.destroy()),
    ],
    ["a closed connection", (response) => response.destroy()],
    ["wrong bytes", (response) => response.end(text.toUpperCase())],
  ] as [string, (response: Parameters<RequestListener>[1]) => void][])(
    "that answers %s once is asked again",
    async (_what, fail) => {
      let requests = 0;
      const root = await serve((_request, response) =>
        ++requests === 1 ? fail(response) : response.end(text),
      );
      expect(Buffer.from(await fetchObject([httpRemote(root, fast)], wanted)).toString()).toBe(text);
      expect(requests).toBe(2);
    },
  );

  it.each([
    ["is down for good", 503, "DATA_REMOTE_FAILED", 3],
    ["forbids it", 403, "DATA_REMOTE_FAILED", 1],
  ])("that %s is given up", async (_what, status, code, attempts) => {
    let requests = 0;
    const root = await serve((_request, response) => {
      requests++;
      response.writeHead(status).end();
    });
    await expect(httpRemote(root, fast).read("x")).rejects.toMatchObject({
      code,
      message: expect.stringContaining(`it answered ${status}`),
    });
    expect(requests).toBe(attempts);
  });

  it("that cuts objects short, or hangs, gives nothing", async () => {
    const short = await serve((_request, response) => response.end(text.slice(0, 5)));
    await expect(fetchObject([httpRemote(short)], wanted)).rejects.toMatchObject({
      code: "DATA_OBJECT_CORRUPT",
    });
    const hanging = await serve(() => undefined);
    await expect(httpRemote(hanging, { attempts: 1, timeoutMs: 50 }).read("x")).rejects.toMatchObject({
      code: "DATA_REMOTE_FAILED",
    });
  });
});

describe("an object of which our own listing is known", () => {
  it("must have its SHA-256 too", async () => {
    const remote = folderRemote(folder);
    await remote.write(objectPath(md5), bytesOf(text));
    const digest = `sha256:${createHash("sha256").update(text).digest("hex")}` as const;
    expect(await fetchObject([remote], { ...wanted, digest })).toHaveLength(text.length);
    const other = `sha256:${"0".repeat(64)}` as const;
    await expect(fetchObject([remote], { ...wanted, digest: other })).rejects.toMatchObject({
      code: "DATA_OBJECT_CORRUPT",
      message: expect.stringContaining("right MD5"),
    });
  });

  it("of DVC 2 may be text that was hashed with other line ends", async () => {
    const remote = folderRemote(folder);
    const old = { md5: md5OfText("a\nb\n"), generation: 2 } as const;
    await remote.write(objectPath(old.md5, "", 2), bytesOf("a\r\nb\r\n"));
    expect(await fetchObject([remote], old)).toHaveLength(6);
    await expect(fetchObject([remote], { ...old, generation: 3 })).rejects.toMatchObject({
      code: "DATA_OBJECT_MISSING",
    });
  });
});
