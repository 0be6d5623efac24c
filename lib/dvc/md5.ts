import { md5 } from "@noble/hashes/legacy.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** 32 lower-case hex digits. */
export type Md5 = string;

export const md5Pattern = /^[0-9a-f]{32}$/;

/** MD5 of a text in UTF-8, for listings; the bytes of images are hashed by the platform (lib/node/file-facts). */
export function md5OfText(text: string): Md5 {
  return bytesToHex(md5(utf8ToBytes(text)));
}
