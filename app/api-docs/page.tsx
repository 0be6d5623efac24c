import { connection } from "next/server";
import { ApiDocsPage } from "@/components/api-docs/api-docs-page";
import { describeOperations } from "@/lib/server/api/describe-operations";

export default async function Page() {
  await connection();
  return <ApiDocsPage operations={describeOperations()} />;
}
