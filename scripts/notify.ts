import { Option } from "commander";
import { PneumoscopeError } from "@/lib/errors";
import { connectDatabase } from "@/lib/node/connect-database";
import { type ChannelName, channelNames } from "@/lib/notifications/notification";
import { dispatchNotifications, retryFailedDeliveries } from "@/lib/server/notifications/dispatch";
import { type ListedNotification, listNotifications } from "@/lib/server/notifications/list";
import { sendTestNotification, type TestResult } from "@/lib/server/notifications/send-test";
import { readNotificationSettings, usableChannels } from "@/lib/server/notifications/settings";
import { enterProjectFolder } from "./cli/project-folder";
import { newCommand, runCommand } from "./cli/run-command";

const program = newCommand(
  "notify",
  "What the team is told: test the channels, list, send. docs/notifications.md",
);
program
  .command("test")
  .description("send a test message through each configured channel; exit code 1 where one does not take it")
  .addOption(new Option("--channel <name>", "only this one").choices(channelNames))
  .option("--json", "print one JSON object")
  .action((options: { channel?: ChannelName; json?: true }) => runCommand(() => test(options)));
program
  .command("list")
  .description("the last notifications and what became of them")
  .option("--json", "print one JSON object")
  .action((options: { json?: true }) => runCommand(() => list(options)));
program
  .command("send")
  .description("send now what is due; the web process does so every 20 s by itself")
  .option("--retry", "also what was given up, from its first attempt")
  .option("--json", "print one JSON object")
  .action((options: { retry?: true; json?: true }) => runCommand(() => send(options)));
await program.parseAsync();

async function test({ channel, json }: { channel?: ChannelName; json?: true }): Promise<number> {
  const settings = readNotificationSettings();
  for (const problem of settings.problems) say(problem);
  const wanted = channel ? [channel] : usableChannels(settings);
  if (wanted.length === 0 || (channel && !settings[channel])) {
    throw new PneumoscopeError(
      "CONFIG_INVALID",
      `${channel ? `The channel ${channel} is not configured` : "No channel is configured"}. docs/notifications.md names the variables.`,
    );
  }
  const results = await sendTestNotification(settings, { channel });
  if (json) print({ results, problems: settings.problems });
  else for (const result of results) process.stdout.write(`${testLine(result)}\n`);
  return results.every(({ ok }) => ok) ? 0 : 1;
}

function testLine({ channel, ok, durationMs, error }: TestResult): string {
  return `${channel.padEnd(8)} ${ok ? `took it in ${durationMs} ms` : `did not take it: ${error}`}`;
}

async function list({ json }: { json?: true }): Promise<void> {
  await withDatabase(async (db) => {
    const listed = await listNotifications(db);
    if (json) print({ notifications: listed });
    else if (listed.length === 0) process.stdout.write("Nothing was ever told.\n");
    else for (const item of listed) process.stdout.write(`${listLine(item)}\n`);
  });
}

function listLine({ notification, deliveries }: ListedNotification): string {
  const { createdAt, state, content } = notification;
  const ways = deliveries.map(({ channel, state: way, attempts, lastError }) =>
    lastError ? `${channel} ${way} after ${attempts} attempts (${lastError})` : `${channel} ${way}`,
  );
  const where = ways.join(", ") || (state === "released" ? "no channel" : state);
  return `${createdAt.toISOString()}  ${content.title}  [${where}]`;
}

async function send({ retry, json }: { retry?: true; json?: true }): Promise<number> {
  const settings = readNotificationSettings();
  for (const problem of settings.problems) say(problem);
  return withDatabase(async (db) => {
    const retried = retry ? await retryFailedDeliveries(db) : 0;
    const result = await dispatchNotifications({ db, settings, log: say });
    if (json) print({ ...result, retried });
    else
      process.stdout.write(
        `${result.sent} sent, ${result.postponed} to be tried again, ${result.failed} given up\n`,
      );
    return result.failed + result.postponed === 0 ? 0 : 1;
  });
}

async function withDatabase<T>(
  body: (db: Awaited<ReturnType<typeof connectDatabase>>["db"]) => Promise<T>,
): Promise<T> {
  enterProjectFolder();
  const database = await connectDatabase();
  try {
    return await body(database.db);
  } finally {
    await database.close();
  }
}

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
