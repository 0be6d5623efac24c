import { z } from "zod";

export const notificationKinds = [
  "promoted",
  "rejected",
  "failed",
  "skipped",
  "data-problem",
  "review-waiting",
  "review-closed",
  "rolled-back",
  "revoked",
  "key-changed",
  "drift",
  "summary",
  "test",
] as const;
export type NotificationKind = (typeof notificationKinds)[number];

export const channelNames = ["slack", "email", "webhook"] as const;
export type ChannelName = (typeof channelNames)[number];

/** What is told, in plain text; each channel escapes it in its own way. */
export const notificationContentSchema = z.strictObject({
  kind: z.enum(notificationKinds),
  severity: z.enum(["info", "warning", "error"]),
  title: z.string().min(1).max(200),
  text: z.string().max(3000),
  facts: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  /** Two notifications with the same one say the same thing; only the first is told at once. */
  fingerprint: z.string(),
  /** For "skipped": how many scheduled runs in a row. */
  skippedInARow: z.int().optional(),
});
export type NotificationContent = z.infer<typeof notificationContentSchema>;

/** A notification on its way to a channel. `id` stays the same over all attempts and channels. */
export interface OutgoingNotification {
  id: string;
  createdAt: Date;
  content: NotificationContent;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controlCharacters = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g;

/** One line without control characters or direction marks, cut to `longest` characters. */
export function oneLine(text: string, longest: number): string {
  const line = text.replaceAll(controlCharacters, " ").trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}
