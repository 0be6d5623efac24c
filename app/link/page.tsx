import { LinkPage } from "@/components/accounts/link-page";
import { ServerRecordProvider } from "@/lib/browser/trpc";

export default function Page() {
  return (
    <ServerRecordProvider>
      <LinkPage />
    </ServerRecordProvider>
  );
}
