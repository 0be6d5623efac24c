import { NotAllowedPage } from "@/components/accounts/not-allowed-page";
import { UsersPage } from "@/components/accounts/users-page";
import { ServerRecordProvider } from "@/lib/browser/trpc";
import { pageCaller } from "@/lib/server/accounts/page-caller";

export default async function Page() {
  const caller = await pageCaller("/users", "admin");
  if (!caller) return <NotAllowedPage />;
  return (
    <ServerRecordProvider>
      <UsersPage ownId={caller.userId} />
    </ServerRecordProvider>
  );
}
