import { hkdfSync, randomBytes, randomUUID } from "node:crypto";
import { link, mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { PneumoscopeError } from "@/lib/errors";
import { type SigningKey, signingKeyFromSeed } from "@/lib/manifest";
import { inDataDirectory } from "./data-directory";
import { withFileLock } from "./file-lock";
import { diskError, isSystemError, writeAndSync, writeFileAtomic } from "./write-file";

const seedSchema = z.string().regex(/^[0-9a-f]{64}$/);

const secretsSchema = z.strictObject({
  manifestSigningKey: seedSchema,
  /** While the key is being changed: what comes after it. */
  nextManifestSigningKey: seedSchema.optional(),
  trainerSecret: z.string().min(32),
  databasePassword: z.string().min(16),
});
export type Secrets = z.infer<typeof secretsSchema>;

/** The key that signs this deployment's model versions: MANIFEST_SIGNING_KEY, or the data folder's. */
export async function manifestSigningKey(): Promise<SigningKey> {
  return signingKeyFromSeed(process.env.MANIFEST_SIGNING_KEY || (await localSecrets()).manifestSigningKey);
}

/**
 * The keys that this machine can sign with: its own and, while that is being changed, the next one
 * (MANIFEST_SIGNING_KEY_NEXT, or the data folder's). The record says which of them is in use.
 */
export async function manifestSigningKeys(): Promise<SigningKey[]> {
  const own = await manifestSigningKey();
  const next = process.env.MANIFEST_SIGNING_KEY
    ? process.env.MANIFEST_SIGNING_KEY_NEXT
    : (await localSecrets()).nextManifestSigningKey;
  return next ? [own, signingKeyFromSeed(next)] : [own];
}

/**
 * The key that will follow: the one prepared before, else a new one, which is on the disk when this returns.
 * @throws CONFIG_INVALID where the environment gives the key and does not give the next one
 */
export async function prepareNextSigningKey(): Promise<SigningKey> {
  const prepared = (await manifestSigningKeys())[1];
  if (prepared) return prepared;
  if (process.env.MANIFEST_SIGNING_KEY) {
    throw new PneumoscopeError(
      "CONFIG_INVALID",
      "This deployment's key comes from MANIFEST_SIGNING_KEY. Set MANIFEST_SIGNING_KEY_NEXT to a new key (64 hex " +
        "digits, “openssl rand -hex 32”) everywhere, rotate again, then put it into MANIFEST_SIGNING_KEY.",
    );
  }
  const secrets = await changeSecrets((before) => ({
    nextManifestSigningKey: randomBytes(32).toString("hex"),
    ...before,
  }));
  return signingKeyFromSeed(secrets.nextManifestSigningKey ?? "");
}

/** Forgets the key before, once the record names the next one as the key in use. */
export async function finishKeyRotation(activeKeyId: string): Promise<void> {
  if (process.env.MANIFEST_SIGNING_KEY) return;
  const [, next] = await manifestSigningKeys();
  if (next?.keyId !== activeKeyId) return;
  await changeSecrets(({ nextManifestSigningKey, ...rest }) =>
    nextManifestSigningKey === next.privateKey ? { ...rest, manifestSigningKey: next.privateKey } : rest,
  );
}

async function changeSecrets(change: (before: Secrets) => Secrets): Promise<Secrets> {
  const file = inDataDirectory("secrets.json");
  return withFileLock(inDataDirectory("run", "secrets.lock"), 10_000, async () => {
    const changed = secretsSchema.parse(change(await localSecrets(file)));
    await writeFileAtomic(file, `${JSON.stringify(changed, null, 2)}\n`, { mode: 0o600 });
    return changed;
  });
}

/** What web and trainer sign their requests with: TRAINER_SECRET, or the data folder's. */
export async function trainerSecret(): Promise<string> {
  return process.env.TRAINER_SECRET || (await localSecrets()).trainerSecret;
}

/** What sessions of signed-in people are sealed with: NEXTAUTH_SECRET, or one derived from the data folder's secrets. */
export async function sessionSecret(): Promise<string> {
  if (process.env.NEXTAUTH_SECRET) return process.env.NEXTAUTH_SECRET;
  const key = hkdfSync("sha256", (await localSecrets()).trainerSecret, "", "pneumoscope sessions", 32);
  return Buffer.from(key).toString("hex");
}

/** Password of the embedded database. */
export async function databasePassword(): Promise<string> {
  return (await localSecrets()).databasePassword;
}

/**
 * Reads secrets.json of the data folder, and creates it (mode 0600) where there is none. When several processes
 * start at once, one of them creates it and all of them read the same.
 * @throws CONFIG_INVALID where the file is there but unreadable
 */
export async function localSecrets(file = inDataDirectory("secrets.json")): Promise<Secrets> {
  const existing = await readSecrets(file);
  if (existing) return existing;
  await createSecrets(file);
  const created = await readSecrets(file);
  if (!created) throw new PneumoscopeError("CONFIG_INVALID", `${file} vanished while it was being created.`);
  return created;
}

async function readSecrets(file: string): Promise<Secrets | null> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return null;
    throw new PneumoscopeError("CONFIG_INVALID", `${file} cannot be read: ${String(error)}`, {
      cause: error,
    });
  }
  try {
    return secretsSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new PneumoscopeError(
      "CONFIG_INVALID",
      `${file} is damaged. Restore it from a backup; deleting it makes a new signing key, and open pages ` +
        "will then refuse versions published before.",
      { cause },
    );
  }
}

async function createSecrets(file: string): Promise<void> {
  const secrets: Secrets = {
    manifestSigningKey: randomBytes(32).toString("hex"),
    trainerSecret: randomBytes(32).toString("hex"),
    databasePassword: randomBytes(24).toString("hex"),
  };
  const temporary = `${file}.${process.pid}.${randomUUID()}.tmp`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeAndSync(temporary, `${JSON.stringify(secrets, null, 2)}\n`, 0o600);
    // A hard link, unlike a rename, fails when another process was first.
    await link(temporary, file).catch((error) => {
      if (!isSystemError(error, "EEXIST")) throw error;
    });
  } catch (error) {
    throw diskError(error, file);
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}
