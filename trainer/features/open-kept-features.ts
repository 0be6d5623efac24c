import { readTrainerEnv } from "../env";
import type { FeatureCache } from "./feature-cache";
import { folderFeatureCache } from "./folder-feature-cache";

/** What this machine's runs keep of frozen layers, as TRAINER_FEATURES_MIB allows. @throws CONFIG_INVALID */
export function openKeptFeatures(
  folder: string,
  environment: Record<string, string | undefined>,
): FeatureCache | undefined {
  const { featuresLimitBytes } = readTrainerEnv(environment);
  return featuresLimitBytes === 0 ? undefined : folderFeatureCache(folder, featuresLimitBytes);
}
