import { OverviewPage } from "@/components/overview/overview-page";
import { ServerRecordProvider } from "@/lib/browser/trpc";
import { pageCaller } from "@/lib/server/accounts/page-caller";

export default async function Page() {
  const caller = await pageCaller("/overview");
  if (!caller) return null;
  return (
    <ServerRecordProvider>
      <OverviewPage mayAct={caller.role === "admin"} />
    </ServerRecordProvider>
  );
}
