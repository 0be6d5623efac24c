import { joinBytes } from "@/lib/join-bytes";
import type { Random } from "@/lib/random";

type Mutation = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

/** Lengths and numbers that lie. */
const lies = [0, 1, 2, 7, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

/** Most of a header is in the first part of a file; half of all places are there. */
function place(bytes: Uint8Array, random: Random): number {
  const near = random.next() < 0.5 ? Math.min(bytes.length, 900) : bytes.length;
  return random.int(Math.max(1, near));
}

/** Where elements of the image pixel module, the file meta information or the pixel data begin. */
function elementPlaces(bytes: Uint8Array): number[] {
  const found: number[] = [];
  for (let at = 0; at + 12 < Math.min(bytes.length, 4000); at += 2) {
    const group = (bytes[at] as number) + (bytes[at + 1] as number) * 256;
    const known = group === 0x0028 || group === 0x0002 || group === 0x7fe0 || group === 0xfffe;
    if (known || group === 0x2800 || group === 0xe07f) found.push(at);
  }
  return found;
}

const flipBits: Mutation = (bytes, random) => {
  for (let n = 1 + random.int(8); n > 0; n--) {
    const at = place(bytes, random);
    bytes[at] = (bytes[at] as number) ^ (1 << random.int(8));
  }
  return bytes;
};

const truncate: Mutation = (bytes, random) => bytes.subarray(0, place(bytes, random));

const lieAnywhere: Mutation = (bytes, random) => {
  const at = place(bytes, random);
  const value = lies[random.int(lies.length)] as number;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (at + 4 <= bytes.length && random.next() < 0.5) view.setUint32(at, value, random.next() < 0.7);
  else if (at + 2 <= bytes.length) view.setUint16(at, value & 0xffff, random.next() < 0.7);
  return bytes;
};

/** A wrong length or value in an element that decides how the pixels are read. */
const lieInElement: Mutation = (bytes, random) => {
  const places = elementPlaces(bytes);
  if (places.length === 0) return bytes;
  const at = (places[random.int(places.length)] as number) + [4, 6, 8, 8, 8, 12][random.int(6)]!;
  const value = random.next() < 0.5 ? (lies[random.int(lies.length)] as number) : random.int(65_536);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (at + 4 <= bytes.length && random.next() < 0.3) view.setUint32(at, value, true);
  else if (at + 2 <= bytes.length) view.setUint16(at, value & 0xffff, true);
  return bytes;
};

const swapTags: Mutation = (bytes, random) => {
  const places = elementPlaces(bytes);
  if (places.length < 2) return bytes;
  const [a, b] = [places[random.int(places.length)] as number, places[random.int(places.length)] as number];
  const kept = bytes.slice(a, a + 4);
  bytes.copyWithin(a, b, b + 4);
  bytes.set(kept, b);
  return bytes;
};

const splice: Mutation = (bytes, random, other) => {
  const from = place(other, random);
  const part = other.subarray(from, from + 1 + random.int(600));
  const at = place(bytes, random);
  const skipped = random.next() < 0.5 ? part.length : random.int(40);
  return joinBytes([bytes.subarray(0, at), part, bytes.subarray(at + skipped)]);
};

const remove: Mutation = (bytes, random) => {
  const at = place(bytes, random);
  return joinBytes([bytes.subarray(0, at), bytes.subarray(at + 1 + random.int(64))]);
};

/** The head of one file on the data of another. */
const graft: Mutation = (bytes, random, other) => {
  const at = place(bytes, random);
  return joinBytes([bytes.subarray(0, at), other.subarray(Math.min(at, other.length))]);
};

const fill: Mutation = (bytes, random) => {
  const at = place(bytes, random);
  return bytes.fill([0, 0xff, random.int(256)][random.int(3)] as number, at, at + 1 + random.int(200));
};

const mutations = [
  flipBits,
  flipBits,
  truncate,
  lieAnywhere,
  lieInElement,
  lieInElement,
  swapTags,
  splice,
  remove,
  graft,
  fill,
];

/**
 * A file that something has happened to, one to three times.
 * @param other a second valid file, to take parts from
 * @returns a new array; the same random state gives the same file
 */
export function mutate(valid: Uint8Array, random: Random, other: Uint8Array): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(valid);
  for (let n = 1 + random.int(3); n > 0 && bytes.length > 0; n--) {
    const mutation = mutations[random.int(mutations.length)] as Mutation;
    bytes = mutation(Uint8Array.from(bytes), random, other);
  }
  return bytes;
}
