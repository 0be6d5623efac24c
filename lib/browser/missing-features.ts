/** The smallest module that needs 128-bit vectors: i32x4.splat of a constant, dropped. */
const simdModule = Uint8Array.of(
  0,
  97,
  115,
  109,
  1,
  0,
  0,
  0,
  1,
  4,
  1,
  96,
  0,
  0,
  3,
  2,
  1,
  0,
  10,
  9,
  1,
  7,
  0,
  65,
  0,
  253,
  17,
  26,
  11,
);

/** What the page cannot do without and this browser does not have, by the names that browsers' notes use. */
export function missingFeatures(): string[] {
  const needed: [name: string, present: boolean][] = [
    ["WebAssembly", typeof WebAssembly === "object"],
    ["Web Workers", typeof Worker === "function"],
    ["DecompressionStream", typeof DecompressionStream === "function"],
  ];
  return needed.filter(([, present]) => !present).map(([name]) => name);
}

/** Whether WebAssembly has vector instructions; without them a reading takes several times as long. */
export function hasSimd(): boolean {
  return typeof WebAssembly === "object" && WebAssembly.validate(simdModule);
}
