import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { frenchTypography } from "@/components/i18n/french-typography";
import { writeFileAtomic } from "@/lib/node/write-file";

// Sets the spaces and apostrophes of messages/fr: npx tsx scripts/french.ts
const folder = "messages/fr";
for (const name of (await readdir(folder)).filter((file) => file.endsWith(".json"))) {
  const file = path.join(folder, name);
  const messages = JSON.parse(await readFile(file, "utf8"), (_, value) =>
    typeof value === "string" ? frenchTypography(value) : value,
  );
  await writeFileAtomic(file, `${JSON.stringify(messages, null, 2)}\n`);
}
