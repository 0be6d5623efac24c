import { NotAllowedPage } from "@/components/accounts/not-allowed-page";
import { AuditPage } from "@/components/audit/audit-page";
import { ServerRecordProvider } from "@/lib/browser/trpc";
import { pageCaller } from "@/lib/server/accounts/page-caller";

export default async function Page() {
  if (!(await pageCaller("/audit", "admin"))) return <NotAllowedPage />;
  return (
    <ServerRecordProvider>
      <AuditPage />
    </ServerRecordProvider>
  );
}
