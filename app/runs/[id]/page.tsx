import { RunPage } from "@/components/runs/page/run-page";
import { ServerRecordProvider } from "@/lib/browser/trpc";
import { pageCaller } from "@/lib/server/accounts/page-caller";

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const caller = await pageCaller(`/runs/${id}`);
  if (!caller) return null;
  return (
    <ServerRecordProvider>
      <RunPage id={decodeURIComponent(id)} mayAct={caller.role === "admin"} />
    </ServerRecordProvider>
  );
}
