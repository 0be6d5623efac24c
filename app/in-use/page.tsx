import { InUsePage } from "@/components/in-use/in-use-page";
import { ServerRecordProvider } from "@/lib/browser/trpc";
import { pageCaller } from "@/lib/server/accounts/page-caller";

export default async function Page() {
  if (!(await pageCaller("/in-use"))) return null;
  return (
    <ServerRecordProvider>
      <InUsePage />
    </ServerRecordProvider>
  );
}
