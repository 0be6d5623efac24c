import { connection } from "next/server";
import { NotAllowedPage } from "@/components/accounts/not-allowed-page";
import { PredictPage } from "@/components/predict/predict-page";
import { readCurrentManifest, trustedKeys } from "@/lib/node/current-model";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import { readingNeedsSignIn } from "@/lib/node/reading-access";
import { pageCaller } from "@/lib/server/accounts/page-caller";

export default async function Page() {
  await connection();
  if ((await readingNeedsSignIn(localArtifactStore())) && !(await pageCaller("/", "doctor", "admin")))
    return <NotAllowedPage />;
  return <PredictPage trustedKeys={await trustedKeys()} announcedLimits={await announcedLimits()} />;
}

/** A page without a model says so once it is there. */
async function announcedLimits(): Promise<string[]> {
  const current = await readCurrentManifest(localArtifactStore()).catch(() => null);
  return current?.manifest.trainingData.limits ?? [];
}
