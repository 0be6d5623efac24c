import { RunsPage } from "@/components/runs/runs-page";
import { ServerRecordProvider } from "@/lib/browser/trpc";
import { pageCaller } from "@/lib/server/accounts/page-caller";

export default async function Page() {
  const caller = await pageCaller("/runs");
  if (!caller) return null;
  return (
    <ServerRecordProvider>
      <RunsPage mayAct={caller.role === "admin"} />
    </ServerRecordProvider>
  );
}
