import { once } from "node:events";
import { eq } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { auditEvents } from "@/drizzle/schema";
import { connectDatabase } from "@/lib/node/connect-database";
import { exportEvents } from "@/lib/server/audit/export-events";
import { verifyAuditChain } from "@/lib/server/audit/verify-chain";
import { enterProjectFolder } from "./cli/project-folder";
import { newCommand, runCommand } from "./cli/run-command";

const program = newCommand("audit", "Verify the audit trail's chain, or write the trail out.").addHelpText(
  "after",
  "\nActs on the database of this machine, or on DATABASE_URL.\nExit codes: 0 the chain holds, 1 it does not.",
);

program
  .command("verify")
  .description("follow the chain from the first event to the last")
  .option("--expect <hash>", "the last hash of an earlier check: it must still be in the chain")
  .option("--json", "one object")
  .action((options) => act(() => verify(options)));

program
  .command("export")
  .description("every event, oldest first, on standard output")
  .option("--csv", "CSV instead of one JSON object a line")
  .action((options) => act(() => write(options)));

await program.parseAsync();
process.exit();

function act(action: () => Promise<number>): Promise<void> {
  enterProjectFolder();
  return runCommand(action);
}

async function verify({ expect, json }: { expect?: string; json?: boolean }): Promise<number> {
  const database = await connectDatabase();
  try {
    const report = await verifyAuditChain(database.db, (count) => process.stderr.write(`\r${count} events`));
    const isKnown = !expect || (await hasHash(database.db, expect));
    if (json)
      process.stdout.write(`${JSON.stringify({ ...report, ...(expect && { expectFound: isKnown }) })}\n`);
    else process.stdout.write(`${describe(report)}\n`);
    if (!isKnown)
      process.stderr.write(`error: no event has the hash ${expect}: the end of the trail was cut off.\n`);
    return report.brokenAt === null && isKnown ? 0 : 1;
  } finally {
    await database.close();
  }
}

async function hasHash(db: Database, hash: string): Promise<boolean> {
  const found = await db
    .select({ id: auditEvents.id })
    .from(auditEvents)
    .where(eq(auditEvents.hash, hash))
    .limit(1);
  return found.length > 0;
}

function describe({
  checked,
  unchained,
  hash,
  brokenAt,
}: Awaited<ReturnType<typeof verifyAuditChain>>): string {
  const before = unchained > 0 ? ` ${unchained} events are from before the chain.` : "";
  return brokenAt === null
    ? `The chain holds over ${checked} events.${before} Last hash: ${hash}`
    : `The chain breaks at event ${brokenAt}: it, or one before it, was changed, removed or put in. ${checked} events before it hold.${before}`;
}

async function write({ csv }: { csv?: boolean }): Promise<number> {
  const database = await connectDatabase();
  try {
    for await (const part of exportEvents(database.db, {}, csv ? "csv" : "jsonl"))
      if (!process.stdout.write(part)) await once(process.stdout, "drain");
    return 0;
  } finally {
    await database.close();
  }
}
