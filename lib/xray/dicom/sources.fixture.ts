import { createRandom } from "@/lib/random";
import type { DicomElement } from "@/lib/testing/dicom/write-dicom";

/** An uncompressed image that test files are made from and compared with. */
export interface Source {
  name: string;
  rows: number;
  columns: number;
  frames: number;
  samples: 1 | 3;
  photometric: string;
  bitsAllocated: 8 | 16;
  bitsStored: number;
  signed: boolean;
  /** [frames × rows × columns × samples] */
  values: number[];
}

const rows = 47;
const columns = 61;

/** Slopes, edges and noise over the whole range that the bits allow, its ends included. */
function draw(source: Omit<Source, "values" | "rows" | "columns">): Source {
  const { next: random } = createRandom(source.bitsStored + source.samples * 100 + source.frames * 1000);
  const most = 2 ** source.bitsStored - 1;
  const lowest = source.signed ? -(2 ** (source.bitsStored - 1)) : 0;
  const values: number[] = [];
  for (let frame = 0; frame < source.frames; frame++) {
    for (let pixel = 0; pixel < rows * columns; pixel++) {
      const x = pixel % columns;
      const y = Math.floor(pixel / columns);
      for (let sample = 0; sample < source.samples; sample++) {
        const slope = 0.5 + 0.4 * Math.sin((x + frame * 9) / (9 + sample * 4)) * Math.cos(y / (7 + sample));
        const edge = x > 20 && x < 30 && y > 10 && y < 30 ? -0.3 : 0;
        const level = Math.min(1, Math.max(0, slope + edge + (random() - 0.5) * 0.02));
        values.push(lowest + Math.round(level * most));
      }
    }
  }
  for (let sample = 0; sample < source.samples; sample++) {
    values[sample] = lowest;
    values[source.samples + sample] = lowest + most;
  }
  return { ...source, rows, columns, values };
}

const gray = { frames: 1, samples: 1, photometric: "MONOCHROME2", signed: false } as const;
const colour = {
  frames: 1,
  samples: 3,
  photometric: "RGB",
  bitsAllocated: 8,
  bitsStored: 8,
  signed: false,
} as const;

export const sources = {
  gray8: draw({ ...gray, name: "8 bits", bitsAllocated: 8, bitsStored: 8 }),
  gray12: draw({ ...gray, name: "12 bits", bitsAllocated: 16, bitsStored: 12 }),
  gray16: draw({ ...gray, name: "16 bits", bitsAllocated: 16, bitsStored: 16 }),
  signed12: draw({ ...gray, name: "12 bits, signed", bitsAllocated: 16, bitsStored: 12, signed: true }),
  signed16: draw({ ...gray, name: "16 bits, signed", bitsAllocated: 16, bitsStored: 16, signed: true }),
  frames12: draw({ ...gray, name: "12 bits, 3 frames", bitsAllocated: 16, bitsStored: 12, frames: 3 }),
  rgb8: draw({ ...colour, name: "8 bits, colour" }),
};

/** The attributes of a radiograph that a source becomes. */
export function describeSource(source: Source, more: readonly DicomElement[] = []): DicomElement[] {
  const own: DicomElement[] = [
    ["00080016", "UI", "1.2.840.10008.5.1.4.1.1.7"],
    ["00080018", "UI", "1.2.826.0.1.3680043.8.498.1"],
    ["00080060", "CS", "DX"],
    ["0020000d", "UI", "1.2.826.0.1.3680043.8.498.2"],
    ["0020000e", "UI", "1.2.826.0.1.3680043.8.498.3"],
    ["00280002", "US", [source.samples]],
    ["00280004", "CS", source.photometric],
    ["00280010", "US", [source.rows]],
    ["00280011", "US", [source.columns]],
    ["00280100", "US", [source.bitsAllocated]],
    ["00280101", "US", [source.bitsStored]],
    ["00280102", "US", [source.bitsStored - 1]],
    ["00280103", "US", [source.signed ? 1 : 0]],
  ];
  if (source.samples === 3) own.push(["00280006", "US", [0]]);
  if (source.frames > 1) own.push(["00280008", "IS", String(source.frames)]);
  const replaced = new Set(more.map(([tag]) => tag));
  return [...own.filter(([tag]) => !replaced.has(tag)), ...more];
}

/** A source's values as native pixel data. */
export function nativeBytes({ values, bitsAllocated }: Source, big = false): Uint8Array {
  if (bitsAllocated === 8) return Uint8Array.from(values);
  const view = new DataView(new ArrayBuffer(values.length * 2));
  for (const [n, value] of values.entries()) view.setUint16(n * 2, value & 0xffff, !big);
  return new Uint8Array(view.buffer);
}

/** The part of nativeBytes that is one frame. */
export function frameBytes(source: Source, frame: number): Uint8Array {
  const bytes = nativeBytes(source);
  const size = bytes.length / source.frames;
  return bytes.subarray(frame * size, (frame + 1) * size);
}
