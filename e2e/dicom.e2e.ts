import type { Page } from "@playwright/test";
import { encodePng } from "@/lib/testing/encode-png";
import { drawSyntheticRadiograph } from "@/lib/testing/synthetic-radiograph";
import {
  encapsulate,
  encodeHtj2k,
  encodeJpeg2000,
  encodeJpegLs,
  encodeNatively,
  encodeWithDcmjs,
} from "@/lib/xray/dicom/encoders.fixture";
import { type Source, sources } from "@/lib/xray/dicom/sources.fixture";
import { dropFiles, expect, openReading, type Record, type TestFile, test, waitUntilReady } from "./journey";
import { withTestModel } from "./test-model";

withTestModel({ version: "small", size: 32 });

const family = "1.2.840.10008.1.2.4";
const drawn = drawSyntheticRadiograph({ width: 120, height: 96, seed: 5, pneumonia: true });
/** Even values, so that a point transform of one bit loses nothing. */
const chest: Source = {
  ...sources.gray12,
  rows: 96,
  columns: 120,
  values: Array.from(drawn.data, (level) => Math.round(level * 8) * 2),
};

/** One picture in every coding that loses nothing. */
async function samePicture(): Promise<TestFile[]> {
  const inJpeg = (pointTransform: number) => (frame: Uint8Array) =>
    encodeWithDcmjs(frame, chest, "EncodeJpeg", { pointTransform });
  const files: [name: string, bytes: Uint8Array][] = [
    ["native", await encodeNatively(chest, "1.2.840.10008.1.2.1")],
    ["deflated", await encodeNatively(chest, "1.2.840.10008.1.2.1.99")],
    [
      "rle",
      await encapsulate(chest, "1.2.840.10008.1.2.5", (frame) => encodeWithDcmjs(frame, chest, "EncodeRle")),
    ],
    ["jpeg-lossless", await encapsulate(chest, `${family}.70`, inJpeg(0))],
    ["jpeg-shifted", await encapsulate(chest, `${family}.57`, inJpeg(1))],
    ["jpeg-ls", await encapsulate(chest, `${family}.80`, encodeJpegLs)],
    ["jpeg-2000", await encapsulate(chest, `${family}.90`, encodeJpeg2000)],
    ["htj2k", await encapsulate(chest, `${family}.202`, encodeHtj2k)],
  ];
  // No extension and no type, as many systems write them.
  return files.map(([name, bytes]) => ({ name, type: "", bytes }));
}

const list = (page: Page) => page.getByRole("complementary", { name: "Worklist" });
const codecsOf = (record: Record) =>
  new Set(record.requests.flatMap((request) => /([\w-]+)\.wasm$/.exec(request.url())?.[1] ?? []));

test("one picture in every coding gets one probability; a codec is fetched when a file needs it", async ({
  page,
  record,
}) => {
  await openReading(page);
  await waitUntilReady(page);
  await dropFiles(page, [{ name: "chest.png", type: "image/png", bytes: encodePng(drawn) }]);
  await expect(page.locator("[data-verdict]")).toBeVisible();
  const codecs = ["charlswasm_decode", "openjpegwasm_decode", "openjphjs", "dcmjs-native-codecs"];
  for (const codec of codecs) expect(codecsOf(record)).not.toContain(codec);

  const files = await samePicture();
  await dropFiles(page, files);
  await expect(list(page).locator("tbody tr")).toHaveCount(files.length + 1);
  await expect(list(page).locator("[data-count=pending]")).toHaveCount(0);
  await expect(list(page).locator("[data-count=failed]")).toHaveCount(0);
  const probabilities = await list(page)
    .locator("tbody tr")
    .filter({ hasNotText: "chest.png" })
    .locator("data")
    .evaluateAll((all) => all.map((data) => data.getAttribute("value")));
  expect(probabilities).toHaveLength(files.length);
  expect(new Set(probabilities).size).toBe(1);
  for (const codec of codecs) expect(codecsOf(record)).toContain(codec);
});
