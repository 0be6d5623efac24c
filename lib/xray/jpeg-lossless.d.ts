// The package names declarations that it does not ship.
declare module "jpeg-lossless-decoder-js" {
  export class Decoder {
    /** The row that would be decoded next: the height, once all of them are. */
    yLoc: number;
    /** [height × width × components]; throws Error, or RangeError where the data ends too early. */
    decode(
      buffer: ArrayBuffer,
      offset: number,
      sizeBytes: number,
      bytesPerSample: number,
    ): Uint8Array | Uint16Array;
  }
}
