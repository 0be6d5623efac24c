import { notFound } from "next/navigation";
import { VersionPage } from "@/components/data/version-page";
import { ServerRecordProvider } from "@/lib/browser/trpc";
import { pageCaller } from "@/lib/server/accounts/page-caller";

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  // An address holds a digest with or without its "sha256:", whose colon may be encoded.
  const id = (await params).id.replace(/^sha256(:|%3A)/i, "");
  if (!/^(current|[0-9a-f]{6,64})$/.test(id)) notFound();
  const caller = await pageCaller(`/data/${id}`);
  if (!caller) return null;
  return (
    <ServerRecordProvider>
      <VersionPage version={id} mayAct={caller.role === "admin"} maySee={caller.role !== "viewer"} />
    </ServerRecordProvider>
  );
}
