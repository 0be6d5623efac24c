import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";

/** A new UID from 128 random bits as a version 4 UUID: "2.25." and its decimal value (DICOM PS3.5 B.2). */
export function randomUid(): string {
  return uidOfUuid(crypto.getRandomValues(new Uint8Array(16)), 0x40);
}

/**
 * The same name always gives the same UID, and a UID does not tell its name: the first 128 bits of its SHA-256 as a
 * version 8 UUID. Salt the name where it could be guessed.
 */
export function uidFromName(name: string): string {
  return uidOfUuid(sha256(utf8ToBytes(name)).slice(0, 16), 0x80);
}

function uidOfUuid(bytes: Uint8Array, version: number): string {
  bytes[6] = ((bytes[6] as number) & 0x0f) | version;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return `2.25.${value}`;
}
