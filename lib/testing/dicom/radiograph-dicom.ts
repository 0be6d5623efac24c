import { type DicomElement, type DicomFileParts, writeDicom } from "./write-dicom";

const explicitLittleEndian = "1.2.840.10008.1.2.1";

/**
 * A chest radiograph as an uncompressed DICOM file of 12 bits, for tests.
 * @param image levels of 0 to 255
 * @param more attributes added, or put in the place of those given here
 */
export function writeRadiographDicom(
  image: { width: number; height: number; data: ArrayLike<number> },
  more: readonly DicomElement[] = [],
  parts: Partial<DicomFileParts> = {},
): Uint8Array<ArrayBuffer> {
  const stored = Uint16Array.from(image.data, (level) => Math.round(level * 16));
  const elements = new Map<string, DicomElement>();
  const own: DicomElement[] = [
    ["00080016", "UI", "1.2.840.10008.5.1.4.1.1.1.1"],
    ["00080018", "UI", "1.2.3.4"],
    ["00080060", "CS", "DX"],
    ["00185101", "CS", "PA"],
    ["00280002", "US", [1]],
    ["00280004", "CS", "MONOCHROME2"],
    ["00280010", "US", [image.height]],
    ["00280011", "US", [image.width]],
    ["00280100", "US", [16]],
    ["00280101", "US", [12]],
    ["00280102", "US", [11]],
    ["00280103", "US", [0]],
    ["00281050", "DS", "2040"],
    ["00281051", "DS", "4081"],
  ];
  for (const element of [...own, ...more]) elements.set(element[0], element);
  const pixels = { vr: "OW", bytes: new Uint8Array(stored.buffer) } as const;
  return Uint8Array.from(
    writeDicom({ syntax: explicitLittleEndian, elements: [...elements.values()], pixels, ...parts }),
  );
}
