import { NotAllowedPage } from "@/components/accounts/not-allowed-page";
import { SettingsPage } from "@/components/settings/settings-page";
import { ServerRecordProvider } from "@/lib/browser/trpc";
import { pageCaller } from "@/lib/server/accounts/page-caller";

export default async function Page() {
  if (!(await pageCaller("/settings", "admin"))) return <NotAllowedPage />;
  return (
    <ServerRecordProvider>
      <SettingsPage />
    </ServerRecordProvider>
  );
}
