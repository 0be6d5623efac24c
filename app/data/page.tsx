import { DataPage } from "@/components/data/data-page";
import { ServerRecordProvider } from "@/lib/browser/trpc";
import { pageCaller } from "@/lib/server/accounts/page-caller";

export default async function Page() {
  const caller = await pageCaller("/data");
  if (!caller) return null;
  return (
    <ServerRecordProvider>
      <DataPage mayAct={caller.role === "admin"} />
    </ServerRecordProvider>
  );
}
