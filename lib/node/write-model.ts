import { BlobWriter, TextReader, Uint8ArrayReader, ZipWriter } from "@zip.js/zip.js";
import type { SignedManifest } from "@/lib/manifest";
import { exportGraphModel } from "@/lib/resnet18/graph-model";
import { exportOnnx } from "@/lib/resnet18/onnx";
import { parseSafetensors, type Weights } from "@/lib/safetensors/safetensors";

export const exportFormats = ["safetensors", "onnx", "tfjs"] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportedModel {
  fileName: string;
  contentType: string;
  body: Blob;
}

interface Described {
  /** Of the file, without its ending. */
  name: string;
  /** Goes with the graph model, where there is one. */
  signed: SignedManifest | null;
}

/**
 * Weights as a file for other software: safetensors as they are; ONNX with `image` [N, H, W, 3] and `logit`; a ZIP with
 * a TensorFlow.js graph model. @throws WEIGHTS_INVALID
 */
export async function writeModel(
  bytes: Uint8Array,
  format: ExportFormat,
  described: Described,
): Promise<ExportedModel> {
  const { name } = described;
  if (format === "safetensors") return binary(`${name}.safetensors`, bytes);
  const { weights } = parseSafetensors(bytes);
  if (format === "onnx") return binary(`${name}.onnx`, exportOnnx(weights, { channelsLast: true }));
  const body = await zipGraphModel(weights, described);
  return { fileName: `${name}-tfjs.zip`, contentType: "application/zip", body };
}

function binary(fileName: string, bytes: Uint8Array): ExportedModel {
  return {
    fileName,
    contentType: "application/octet-stream",
    body: new Blob([bytes as Uint8Array<ArrayBuffer>]),
  };
}

/** model.json, its shards and the signed manifest, not compressed: weights do not get smaller. */
async function zipGraphModel(weights: Weights, { signed }: Described): Promise<Blob> {
  const files = exportGraphModel(weights, signed ? metadataOf(signed) : {});
  const zip = new ZipWriter(new BlobWriter("application/zip"), { level: 0, useWebWorkers: false });
  await zip.add("model.json", new TextReader(files["model.json"]));
  for (const [name, shard] of files.shards) await zip.add(name, new Uint8ArrayReader(shard));
  if (signed) await zip.add("manifest.json", new TextReader(JSON.stringify(signed, null, 2)));
  return zip.close();
}

/** What its user must do before and after the network. */
function metadataOf({ manifest }: SignedManifest): Record<string, unknown> {
  const { version, preprocessing, views, calibration, threshold } = manifest;
  return {
    version,
    preprocessing,
    views,
    temperature: calibration.temperature,
    threshold: threshold.probability,
  };
}
