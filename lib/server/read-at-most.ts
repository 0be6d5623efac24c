/** A request's body, read no further than it may be long; null where it is longer. */
export async function readAtMost(
  request: Request,
  largestBytes: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of request.body ?? []) {
    sizeBytes += part.byteLength;
    if (sizeBytes > largestBytes) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
