const memorySection = 5;
const pagesPerMb = 16;

/**
 * Lowers the most memory that a WebAssembly module may grow to, in the module's own declaration (WebAssembly core
 * specification 5.5.8): its allocations then fail as if the machine were full, and its decoder says so.
 * @param wasm a module that declares one memory with a maximum; its bytes are changed in place
 * @throws Error where the module declares no maximum
 */
export function limitMemory(wasm: ArrayBuffer, mostMb: number): ArrayBuffer {
  const bytes = new Uint8Array(wasm);
  for (let at = 8; at < bytes.length; ) {
    const id = bytes[at];
    const size = readLeb(bytes, at + 1);
    if (id !== memorySection) {
      at = size.after + size.value;
      continue;
    }
    const count = readLeb(bytes, size.after);
    if (count.value !== 1 || ((bytes[count.after] as number) & 1) === 0) break;
    const minimum = readLeb(bytes, count.after + 1);
    const maximum = readLeb(bytes, minimum.after);
    const pages = Math.max(minimum.value, Math.min(maximum.value, mostMb * pagesPerMb));
    writeLeb(bytes, minimum.after, maximum.after, pages);
    return wasm;
  }
  throw new Error("the module declares no maximum of memory");
}

function readLeb(bytes: Uint8Array, from: number): { value: number; after: number } {
  let value = 0;
  for (let at = from, factor = 1; at < bytes.length; at++, factor *= 128) {
    const byte = bytes[at] as number;
    value += (byte & 127) * factor;
    if (byte < 128) return { value, after: at + 1 };
  }
  throw new Error("the module is cut off");
}

/** In as many bytes as the number that was there, padded with zeros, which LEB128 allows. */
function writeLeb(bytes: Uint8Array, from: number, to: number, value: number): void {
  let rest = value;
  for (let at = from; at < to; at++) {
    bytes[at] = (rest & 127) | (at < to - 1 ? 128 : 0);
    rest = Math.floor(rest / 128);
  }
}
