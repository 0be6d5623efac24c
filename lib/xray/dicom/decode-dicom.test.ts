import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decodeRadiograph } from "../decode-radiograph";
import { luminance } from "../luminance";
import { hasDcmtk } from "./encoders.fixture";
import type { Source } from "./sources.fixture";
import { nameOf, type SyntaxCase, syntaxCases } from "./syntax-cases.fixture";
import { transferSyntaxesDocument } from "./syntax-table.fixture";
import { transferSyntaxes } from "./transfer-syntaxes";

/** The values that a radiograph of this frame must have: of colour, the gray that all other formats give. */
function expected(source: Source, frame: number): number[] {
  const size = source.rows * source.columns;
  const values = source.values.slice(frame * size * source.samples, (frame + 1) * size * source.samples);
  if (source.samples === 1) return values;
  return Array.from({ length: size }, (_, pixel) =>
    luminance(...(values.slice(pixel * 3, pixel * 3 + 3) as [number, number, number])),
  );
}

function worst(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  for (let at = 0; at < a.length; at++) {
    const gap = Math.abs((a[at] ?? Number.NaN) - (b[at] ?? Number.NaN));
    if (!(gap <= most)) most = gap;
  }
  return most;
}

async function check({ uid, source, bound, write }: SyntaxCase): Promise<void> {
  const file = await write();
  for (const frame of source.frames > 1 ? [0, source.frames - 1] : [0]) {
    const radiograph = await decodeRadiograph(file, { frame });
    expect(radiograph).toMatchObject({
      format: "DICOM",
      width: source.columns,
      height: source.rows,
      frame,
      frameCount: source.frames,
      dicom: { transferSyntax: { uid }, modality: "DX" },
    });
    expect(worst(radiograph.values, expected(source, frame))).toBeLessThanOrEqual(bound);
    expect(radiograph.colour > 0.01).toBe(source.samples === 3);
  }
}

describe("every transfer syntax gives the pixels of the uncompressed original", () => {
  for (const syntaxCase of syntaxCases) {
    it.skipIf(syntaxCase.needsDcmtk && !hasDcmtk)(nameOf(syntaxCase), () => check(syntaxCase));
  }

  it("and none that is read goes untested", () => {
    const read = transferSyntaxes.filter(({ coding }) => coding !== null).map(({ uid }) => uid);
    const tested = new Set(syntaxCases.map(({ uid }) => uid));
    expect(read.filter((uid) => !tested.has(uid))).toEqual([]);
  });

  it("and docs/transfer-syntaxes.md says so (npm run syntaxes writes it)", () => {
    const document = readFileSync(new URL("../../../docs/transfer-syntaxes.md", import.meta.url), "utf8");
    expect(document).toBe(transferSyntaxesDocument());
  });
});
