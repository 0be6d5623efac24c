import { stat } from "node:fs/promises";
import { PneumoscopeError } from "@/lib/errors";
import { inDataDirectory } from "@/lib/node/data-directory";

/** Where `npm run weights -- fetch` puts the ImageNet file. */
export const imagenetWeightsFile = () => inDataDirectory("weights", "resnet18-imagenet.safetensors");

/** @throws FILE_NOT_FOUND, with the command that gets it */
export async function fetchedWeights(): Promise<string> {
  const file = imagenetWeightsFile();
  if (await stat(file).catch(() => null)) return file;
  throw new PneumoscopeError(
    "FILE_NOT_FOUND",
    `${file} is not there. Get it with “npm run weights -- fetch”, or name a file by --weights.`,
  );
}
