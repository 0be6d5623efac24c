import { writeDicom } from "@/lib/testing/dicom/write-dicom";
import { drawSyntheticRadiograph } from "@/lib/testing/synthetic-radiograph";
import type { TestFile } from "./journey";

export interface DicomFileOptions {
  width?: number;
  height?: number;
  seed?: number;
  modality?: string;
  view?: string;
  age?: string;
  bodyPart?: string;
  frames?: number;
}

const explicitLittleEndian = "1.2.840.10008.1.2.1";

/** A 12-bit radiograph with a patient, two windows, MONOCHROME2. Each frame is a little brighter than the one before. */
export function dicomFile(options: DicomFileOptions = {}): TestFile {
  const { width = 600, height = 500, seed = 5, modality = "DX", view = "PA", age = "004Y" } = options;
  const { bodyPart = "CHEST", frames = 1 } = options;
  const image = drawSyntheticRadiograph({ width, height, seed, pneumonia: true });
  const values = Uint16Array.from({ length: frames * image.data.length }, (_, i) => {
    const frame = Math.floor(i / image.data.length);
    return Math.min(4095, (image.data[i % image.data.length] as number) * 14 + 200 + 150 * frame);
  });
  const bytes = writeDicom({
    syntax: explicitLittleEndian,
    elements: [
      ["00080016", "UI", "1.2.840.10008.5.1.4.1.1.1.1"],
      ["00080018", "UI", "1.2.826.0.1.3680043.2.1.5"],
      ["00080060", "CS", modality],
      ["00100010", "PN", "Example^Ada"],
      ["00100020", "LO", "P-0042"],
      ["00100030", "DA", "20220301"],
      ["00100040", "CS", "F"],
      ["00101010", "AS", age],
      ["00180015", "CS", bodyPart],
      ["00185101", "CS", view],
      ["00280002", "US", [1]],
      ["00280004", "CS", "MONOCHROME2"],
      ...(frames > 1 ? [["00280008", "IS", String(frames)] as const] : []),
      ["00280010", "US", [height]],
      ["00280011", "US", [width]],
      ["00280100", "US", [16]],
      ["00280101", "US", [12]],
      ["00280102", "US", [11]],
      ["00280103", "US", [0]],
      ["00281050", "DS", "2048\\1400"],
      ["00281051", "DS", "4096\\2400"],
      ["00281055", "LO", "STANDARD\\LUNG"],
    ],
    pixels: { vr: "OW", bytes: new Uint8Array(values.buffer) },
  });
  return { name: "study.dcm", type: "application/dicom", bytes };
}
