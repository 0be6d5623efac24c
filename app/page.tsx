import { connection } from "next/server";
import { PredictPage } from "@/components/predict/predict-page";
import { readCurrentManifest, trustedKeys } from "@/lib/node/current-model";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";

export default async function Page() {
  await connection();
  return <PredictPage trustedKeys={await trustedKeys()} announcedLimits={await announcedLimits()} />;
}

/** A page without a model says so once it is there. */
async function announcedLimits(): Promise<string[]> {
  const current = await readCurrentManifest(localArtifactStore()).catch(() => null);
  return current?.manifest.trainingData.limits ?? [];
}
