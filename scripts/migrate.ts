import { describeError } from "@/lib/errors";
import { connectDatabase } from "@/lib/node/connect-database";

/** Brings the database up to date and ends: `npm run db:migrate`, and the release phase of a deployment. */
async function main(): Promise<void> {
  const database = await connectDatabase();
  await database.close();
  process.stderr.write("The database is up to date.\n");
}

main().catch((error: unknown) => {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
});
