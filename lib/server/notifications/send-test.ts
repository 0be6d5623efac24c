import { randomUUID } from "node:crypto";
import { z } from "zod";
import { describeError } from "@/lib/errors";
import {
  type ChannelName,
  channelNames,
  type NotificationContent,
  oneLine,
} from "@/lib/notifications/notification";
import { deliver } from "./channels/deliver";
import { type NotificationSettings, redactorOf, usableChannels } from "./settings";

export const testResult = z.object({
  channel: z.enum(channelNames),
  ok: z.boolean(),
  durationMs: z.int(),
  error: z.string().nullable().describe("without secrets; null where the channel took it"),
});
export type TestResult = z.infer<typeof testResult>;

const content: NotificationContent = {
  kind: "test",
  severity: "info",
  title: "Test of the notifications",
  text: "Whoever reads this will be told when a model is promoted, rejected, rolled back or revoked, and when a run fails.",
  facts: [],
  fingerprint: "test",
};

/** Sends one test message through each channel, or one of them, at once and without the outbox. Never throws. */
export async function sendTestNotification(
  settings: NotificationSettings,
  { channel, timeoutMs = 10_000 }: { channel?: ChannelName | undefined; timeoutMs?: number } = {},
): Promise<TestResult[]> {
  const redact = redactorOf(settings);
  const channels = channel ? [channel] : usableChannels(settings);
  return Promise.all(
    channels.map(async (name) => {
      const startMs = performance.now();
      const done = (error: string | null): TestResult => ({
        channel: name,
        ok: error === null,
        durationMs: Math.round(performance.now() - startMs),
        error,
      });
      try {
        await deliver(
          name,
          { id: `ntf_${randomUUID()}`, createdAt: new Date(), content },
          settings,
          timeoutMs,
        );
        return done(null);
      } catch (error) {
        return done(oneLine(redact(describeError(error)), 500));
      }
    }),
  );
}
