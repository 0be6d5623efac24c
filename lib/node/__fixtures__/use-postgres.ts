import { openEmbeddedPostgres } from "@/lib/node/embedded-postgres";

/** Uses the embedded database, says where it is, and then waits to be killed, ends abruptly, or ends well. */
async function main(how: string | undefined): Promise<void> {
  const database = await openEmbeddedPostgres();
  process.stdout.write(`${JSON.stringify({ pid: database.pid, url: database.url })}\n`);
  if (how === "exit") process.exit(3);
  if (how === "wait") await new Promise((resolve) => setTimeout(resolve, 60_000));
  await database.release();
}

void main(process.argv[2]);
