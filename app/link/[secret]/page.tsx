import { LinkPage } from "@/components/accounts/link-page";
import { ServerRecordProvider } from "@/lib/browser/trpc";

export default async function Page({ params }: { params: Promise<{ secret: string }> }) {
  const { secret } = await params;
  return (
    <ServerRecordProvider>
      <LinkPage secret={secret} />
    </ServerRecordProvider>
  );
}
