import { connection } from "next/server";
import { ActivityPage } from "@/components/activity/activity-page";
import { ServerRecordProvider } from "@/lib/browser/trpc";

export default async function Page() {
  await connection();
  return (
    <ServerRecordProvider>
      <ActivityPage />
    </ServerRecordProvider>
  );
}
