import { AccountPage } from "@/components/accounts/account-page";
import { ServerRecordProvider } from "@/lib/browser/trpc";
import { pageCaller } from "@/lib/server/accounts/page-caller";

export default async function Page() {
  const caller = await pageCaller("/account");
  if (!caller) return null;
  const { name, email, role, mustAddSecondFactor = false } = caller;
  return (
    <ServerRecordProvider>
      <AccountPage person={{ name, email, role, mustAddSecondFactor }} />
    </ServerRecordProvider>
  );
}
