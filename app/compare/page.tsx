import { ComparePage } from "@/components/compare/compare-page";
import { ServerRecordProvider } from "@/lib/browser/trpc";
import { pageCaller } from "@/lib/server/accounts/page-caller";

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function Page({ searchParams }: PageProps) {
  const asked = Object.entries(await searchParams).flatMap(([key, value]) =>
    typeof value === "string" ? [[key, value]] : [],
  );
  const caller = await pageCaller(`/compare?${new URLSearchParams(asked)}`);
  if (!caller) return null;
  return (
    <ServerRecordProvider>
      <ComparePage />
    </ServerRecordProvider>
  );
}
