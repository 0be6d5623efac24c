import { InUsePage } from "@/components/in-use/in-use-page";
import { ServerRecordProvider } from "@/lib/browser/trpc";
import { pageCaller } from "@/lib/server/accounts/page-caller";

export default async function Page() {
  const caller = await pageCaller("/in-use");
  if (!caller) return null;
  return (
    <ServerRecordProvider>
      <InUsePage mayDecide={caller.role === "admin"} />
    </ServerRecordProvider>
  );
}
