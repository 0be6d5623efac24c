import { connectDatabase } from "@/lib/node/connect-database";
import { enterProjectFolder } from "./cli/project-folder";
import { newCommand, runCommand } from "./cli/run-command";
import { largeDataFolder } from "./seed-large/data-folder";
import { lastMidnight } from "./seed-large/plan";
import { seedLarge } from "./seed-large/seed";

const command = newCommand(
  "seed:large",
  "Make a database of its own with 10,000 runs, 1,000 model versions, 2 million metric rows and 1 million audit events.",
)
  .option("--seed <n>", "another seed gives other figures, the same one the same on the same day", Number, 1)
  .option("--again", "also where the database is as wanted already")
  .addHelpText(
    "after",
    "\nWorks in data/large, or in the database that DATABASE_URL names, which has to be empty or made by this command.",
  )
  .parse();

await runCommand(async () => {
  enterProjectFolder();
  largeDataFolder();
  const { seed, again = false } = command.opts<{ seed: number; again?: boolean }>();
  const database = await connectDatabase();
  try {
    const startedAt = performance.now();
    const done = await seedLarge(database, {
      seed,
      again,
      until: lastMidnight(new Date()),
      say: (line) => process.stderr.write(`${line}\n`),
    });
    const tookS = Math.round((performance.now() - startedAt) / 1000);
    process.stdout.write(done ? `Made in ${tookS} s.\n` : "It is there already.\n");
    return 0;
  } finally {
    await database.close();
  }
});
process.exit();
