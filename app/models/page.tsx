import { ModelsPage } from "@/components/models/models-page";
import { ServerRecordProvider } from "@/lib/browser/trpc";
import { pageCaller } from "@/lib/server/accounts/page-caller";

export default async function Page() {
  const caller = await pageCaller("/models");
  if (!caller) return null;
  return (
    <ServerRecordProvider>
      <ModelsPage mayDecide={caller.role === "admin"} />
    </ServerRecordProvider>
  );
}
