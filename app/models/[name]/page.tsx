import { ModelPage } from "@/components/models/model-page";
import { ServerRecordProvider } from "@/lib/browser/trpc";
import { trustedKeys } from "@/lib/node/current-model";
import { pageCaller } from "@/lib/server/accounts/page-caller";

export default async function Page({ params }: { params: Promise<{ name: string }> }) {
  const name = decodeURIComponent((await params).name).slice(0, 80);
  const caller = await pageCaller(`/models/${encodeURIComponent(name)}`);
  if (!caller) return null;
  return (
    <ServerRecordProvider>
      <ModelPage name={name} mayDecide={caller.role === "admin"} trustedKeys={await trustedKeys()} />
    </ServerRecordProvider>
  );
}
