import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { generateSigningKey, signedManifestSchema, signManifest } from "@/lib/manifest";

const shipped = path.join(process.cwd(), "public", "models", "baseline");

/** The refusal of the version that the product ships. */
export async function shippedRefusal() {
  const text = await readFile(path.join(shipped, "manifest.json"), "utf8");
  return signedManifestSchema.parse(JSON.parse(text)).manifest.refusal;
}

/**
 * The shipped version made to accept drawn images, which it rightly refuses, so that tests need no radiographs.
 * For PNEUMOSCOPE_BASELINE_DIR.
 */
export async function writeDrawnBaseline(folder: string): Promise<void> {
  const text = await readFile(path.join(shipped, "manifest.json"), "utf8");
  const { manifest } = signedManifestSchema.parse(JSON.parse(text));
  const key = generateSigningKey();
  const accepting = {
    ...manifest,
    refusal: { ...manifest.refusal, limit: 1e6 },
    // Every page that opens computes them; two are told apart.
    knownAnswers: manifest.knownAnswers.slice(0, 2),
  };
  await mkdir(folder, { recursive: true });
  await copyFile(path.join(shipped, "weights.safetensors"), path.join(folder, "weights.safetensors"));
  await copyFile(path.join(shipped, "MODEL_CARD.md"), path.join(folder, "MODEL_CARD.md"));
  const { keyId, publicKey } = key;
  await writeFile(path.join(folder, "release-key.json"), JSON.stringify({ keyId, publicKey }));
  await writeFile(path.join(folder, "manifest.json"), JSON.stringify(signManifest(accepting, key)));
}
