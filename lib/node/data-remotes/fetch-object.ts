import type { Digest } from "@/lib/artifacts/store";
import type { Md5 } from "@/lib/dvc/md5";
import { type DvcGeneration, objectPath } from "@/lib/dvc/pointer-file";
import type { DataRemote } from "@/lib/dvc/remote";
import { asHashedByDvc2 } from "@/lib/dvc/text-hash";
import { PneumoscopeError } from "@/lib/errors";
import { digestOf } from "@/lib/manifest";
import { md5Of } from "../file-facts";

/** An object of a remote and what its bytes must hash to. */
export interface WantedObject {
  md5: Md5;
  suffix?: "" | ".dir";
  generation: DvcGeneration;
  /** Where our own listing is known too. */
  digest?: Digest | undefined;
  /** What a person knows it by; absent: its path in the remote. */
  shownAs?: string;
}

/**
 * Fetches an object from the first remote that has it, and hashes it. Bytes that arrive wrong are asked for once more.
 * @throws DATA_OBJECT_MISSING, DATA_OBJECT_CORRUPT, DATA_REMOTE_FAILED
 */
export async function fetchObject(remotes: readonly DataRemote[], wanted: WantedObject): Promise<Uint8Array> {
  const path = objectPath(wanted.md5, wanted.suffix, wanted.generation);
  const what = wanted.shownAs ? `${wanted.shownAs} (${path})` : path;
  for (const remote of remotes) {
    let bytes = await remote.read(path);
    if (bytes === null) continue;
    let fault = await faultOf(bytes, wanted);
    if (fault) {
      bytes = (await remote.read(path)) ?? bytes;
      fault = await faultOf(bytes, wanted);
    }
    if (!fault) return bytes;
    throw new PneumoscopeError(
      "DATA_OBJECT_CORRUPT",
      `${what} of ${remote.name} ${fault}. It was damaged or exchanged and is not used. ` +
        "Delete it there and push the data again from where it is whole.",
    );
  }
  const names = remotes.map((remote) => remote.name).join(", ") || "any remote";
  throw new PneumoscopeError(
    "DATA_OBJECT_MISSING",
    `${what} is not in ${names}. Push the data again from where it is whole, or name another remote.`,
  );
}

/** What is wrong with the bytes; null where they are the right ones. */
async function faultOf(bytes: Uint8Array, { md5, digest, generation }: WantedObject): Promise<string | null> {
  const actual = md5Of(bytes);
  if (actual !== md5 && (generation === 3 || md5Of(asHashedByDvc2(bytes)) !== md5))
    return `has the MD5 ${actual} (${bytes.byteLength} bytes), not the one it is known by`;
  if (!digest) return null;
  const actualDigest = await digestOf(bytes);
  return actualDigest === digest
    ? null
    : `has the right MD5 and yet hashes to ${actualDigest}, not to ${digest}`;
}
