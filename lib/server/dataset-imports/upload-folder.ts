import path from "node:path";
import { inDataDirectory } from "@/lib/node/data-directory";

/** Where pieces of uploads land; nothing in it outlives its upload. */
export function uploadsFolder(): string {
  return inDataDirectory("uploads");
}

export function uploadFolder(id: string): string {
  return path.join(uploadsFolder(), id);
}

/** The upload's bytes, with holes where pieces have not come yet. */
export function uploadFile(id: string): string {
  return path.join(uploadFolder(id), "bytes");
}
