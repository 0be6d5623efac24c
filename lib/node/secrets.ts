import { randomBytes, randomUUID } from "node:crypto";
import { link, mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { PneumoscopeError } from "@/lib/errors";
import { type SigningKey, signingKeyFromSeed } from "@/lib/manifest";
import { inDataDirectory } from "./data-directory";
import { diskError, isSystemError, writeAndSync } from "./write-file";

const secretsSchema = z.strictObject({
  manifestSigningKey: z.string().regex(/^[0-9a-f]{64}$/),
  trainerSecret: z.string().min(32),
  databasePassword: z.string().min(16),
});
export type Secrets = z.infer<typeof secretsSchema>;

/** The key that signs this deployment's model versions: MANIFEST_SIGNING_KEY, or the data folder's. */
export async function manifestSigningKey(): Promise<SigningKey> {
  return signingKeyFromSeed(process.env.MANIFEST_SIGNING_KEY || (await localSecrets()).manifestSigningKey);
}

/** What web and trainer sign their requests with: TRAINER_SECRET, or the data folder's. */
export async function trainerSecret(): Promise<string> {
  return process.env.TRAINER_SECRET || (await localSecrets()).trainerSecret;
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
