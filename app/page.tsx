import { connection } from "next/server";
import { PredictPage } from "@/components/predict/predict-page";
import { trustedKeys } from "@/lib/node/current-model";

export default async function Page() {
  await connection();
  return <PredictPage trustedKeys={await trustedKeys()} />;
}
