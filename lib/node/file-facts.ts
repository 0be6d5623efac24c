import { createHash } from "node:crypto";
import { z } from "zod";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import type { Md5 } from "@/lib/dvc/md5";
import { PneumoscopeError } from "@/lib/errors";
import { digestOf } from "@/lib/manifest";

const factsSchema = z.object({
  digest: z.templateLiteral(["sha256:", z.string().regex(/^[0-9a-f]{64}$/)]),
  sizeBytes: z.int().min(0),
  image: z.boolean(),
  patientId: z.string().optional(),
});

const pointerFolder = "md5";

/** What is known of a file that the store holds. */
export type FileFacts = z.infer<typeof factsSchema>;

/** MD5 as 32 lower-case hex digits; DVC names files by it. */
export function md5Of(bytes: Uint8Array): Md5 {
  return createHash("md5").update(bytes).digest("hex");
}

/** The file of this MD5, where the store holds it whole. Who asks is about to use it, so it is renewed. */
export async function findFileByMd5(store: ArtifactStore, md5: Md5): Promise<FileFacts | null> {
  const facts = await readFacts(store, pointerName(md5));
  if (!facts) return null;
  const held = await store.renew(facts.digest);
  return held?.sizeBytes === facts.sizeBytes ? facts : null;
}

/** Everything that is entered under an MD5, also where the store has lost it. */
export async function* enteredFiles(
  store: ArtifactStore,
): AsyncGenerator<{ md5: Md5; digest: Digest; sizeBytes: number; image: boolean }> {
  for await (const pointer of store.pointersBelow(pointerFolder)) {
    const facts = await readFacts(store, pointer);
    if (facts) yield { ...facts, md5: pointer.slice(pointerFolder.length).replaceAll("/", "") };
  }
}

/** Removes a file, and then its entry: a crash between the two leaves an entry that is seen again. */
export async function forgetFile(store: ArtifactStore, file: { md5: Md5; digest: Digest }): Promise<void> {
  await store.remove(file.digest);
  await store.removePointer(pointerName(file.md5));
}

async function readFacts(store: ArtifactStore, pointer: string): Promise<FileFacts | null> {
  const text = await store.readPointer(pointer);
  return text === null ? null : (factsSchema.safeParse(jsonOf(text)).data ?? null);
}

/**
 * Stores a file and enters it under its MD5.
 * @throws DATASET_INVALID where other bytes have the same MD5, which does not happen by chance
 */
export async function keepFile(
  store: ArtifactStore,
  bytes: Uint8Array,
  about: { md5: Md5; image: boolean; patientId?: string | undefined },
): Promise<FileFacts> {
  const { md5, image, patientId } = about;
  const known = await findFileByMd5(store, md5);
  const digest = await digestOf(bytes);
  if (known && known.digest !== digest) throw collision(md5);
  const facts: FileFacts = {
    digest,
    sizeBytes: bytes.byteLength,
    image: image || known?.image === true,
    ...(patientId === undefined ? {} : { patientId }),
  };
  await store.put(bytes);
  await store.writePointer(pointerName(md5), JSON.stringify(facts));
  return facts;
}

export function collision(md5: Md5): PneumoscopeError {
  return new PneumoscopeError(
    "DATASET_INVALID",
    `Dataset: two different files have the MD5 ${md5}. One of them was made to deceive; find out which, and remove it.`,
  );
}

/** Two levels, so that no folder of a folder store grows without bound. */
function pointerName(md5: Md5): string {
  return `${pointerFolder}/${md5.slice(0, 2)}/${md5.slice(2)}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
