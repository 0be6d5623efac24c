import type { DatabaseOrTransaction } from "@/drizzle/client";
import type { ChannelName } from "@/lib/notifications/notification";
import { readResetMail } from "@/lib/server/accounts/reset-by-mail";
import { hasSecondFactor } from "@/lib/server/accounts/second-factor-settings";
import { ownAddress, trustedProxies } from "@/lib/server/network/asked-at";
import {
  type NotificationSettings,
  readNotificationSettings,
  usableChannels,
} from "@/lib/server/notifications/settings";
import { policyInForce } from "@/lib/server/promotion-policy";
import { readSetting } from "./read";

/** Everything that administrators see of a deployment's settings; no secret is in it. */
export async function settingsOverview(db: DatabaseOrTransaction, userId: string, askedFrom: string) {
  const notifications = readNotificationSettings();
  return {
    policy: await policyInForce(db),
    readingAccess: await readSetting(db, "readingAccess"),
    adminSecondFactor: await readSetting(db, "adminSecondFactor"),
    ownSecondFactor: await hasSecondFactor(db, userId),
    retention: await readSetting(db, "retention"),
    channels: usableChannels(notifications).map((name) => ({ name, to: targetOf(notifications, name) })),
    channelProblems: notifications.problems,
    resetByMail: readResetMail() !== null,
    network: {
      trustedProxies: trustedProxies(),
      pages: ownAddress()?.origin ?? null,
      /** What this server takes for the address of whoever asks. */
      askedFrom,
    },
  };
}

/** Where a channel leads, without what lets one write there. */
function targetOf({ slack, email, webhook }: NotificationSettings, name: ChannelName): string {
  if (name === "email") return email?.to.join(", ") ?? "";
  const url = name === "slack" ? slack?.url : webhook?.url;
  return url ? new URL(url).host : "";
}
