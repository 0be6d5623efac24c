import { writeFile } from "node:fs/promises";
import { readSummaries } from "@/lib/server/api/read-summaries";
import { permissionTable } from "@/lib/server/trpc/permissions";
import { enterProjectFolder } from "./cli/project-folder";
import { newCommand, runCommand } from "./cli/run-command";

newCommand(
  "permissions",
  "Write docs/permissions.md (who may call which procedure) and what the API's pages say of each.",
).parse();

await runCommand(async () => {
  enterProjectFolder();
  await writeFile(
    "docs/permissions.md",
    `# Who may call what

Every operation of the server's API, and whom it lets in. \`npm run permissions\` writes this page from the procedures
themselves; \`lib/server/trpc/permissions.test.ts\` calls each of them as each kind of caller. A script's token needs the
scope besides ([the API](api.md)); where that is \`session\` no token will do, and where it is – nothing is asked.

${permissionTable()}
`,
  );
  await writeFile("lib/server/api/summaries.json", `${JSON.stringify(await readSummaries(), null, 2)}\n`);
  return 0;
});
process.exit();
