/** Four unsigned 32-bit words; plain JSON, so a checkpoint can hold it. */
export type RandomState = readonly [number, number, number, number];

export interface Random {
  /** Uniform in [0, 1), 32 random bits. */
  next(): number;
  /** Standard normal (Box-Muller; two draws each, nothing kept back). */
  normal(): number;
  /** Uniform integer in [0, n), without modulo bias. @throws RangeError unless 1 ≤ n ≤ 2^32 */
  int(n: number): number;
  /** Shuffles in place (Fisher-Yates) and returns the same array. */
  shuffle<T>(items: T[]): T[];
  /** Where the sequence stands; restoreRandom continues it from there. */
  exportState(): RandomState;
}

/**
 * A seeded generator: xoshiro128** 1.1 (Blackman and Vigna, https://prng.di.unimi.it), its state filled by
 * splitmix32. The same seed gives the same sequence everywhere. Not for secrets.
 * @param seed any integer; its low 32 bits count
 */
export function createRandom(seed: number): Random {
  let word = seed | 0;
  const splitmix32 = () => {
    word = (word + 0x9e3779b9) | 0;
    let mixed = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  return restoreRandom([splitmix32(), splitmix32(), splitmix32(), splitmix32()]);
}

/** Continues a sequence from an exported state. @throws RangeError where all words are zero */
export function restoreRandom(state: RandomState): Random {
  let [a, b, c, d] = state.map((word) => word | 0) as [number, number, number, number];
  if ((a | b | c | d) === 0) throw new RangeError("random state must not be all zero");

  const bits = () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result >>> 0;
  };
  const next = () => bits() / 2 ** 32;
  const int = (n: number) => {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32)
      throw new RangeError(`int(n) needs 1 ≤ n ≤ 2^32, not ${n}`);
    if (n === 2 ** 32) return bits();
    const limit = 2 ** 32 - (2 ** 32 % n);
    let draw = bits();
    while (draw >= limit) draw = bits();
    return draw % n;
  };

  return {
    next,
    int,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    shuffle: (items) => {
      for (let last = items.length - 1; last > 0; last--) {
        const other = int(last + 1);
        [items[last], items[other]] = [
          items[other] as (typeof items)[number],
          items[last] as (typeof items)[number],
        ];
      }
      return items;
    },
    exportState: () => [a >>> 0, b >>> 0, c >>> 0, d >>> 0],
  };
}

function rotateLeft(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
