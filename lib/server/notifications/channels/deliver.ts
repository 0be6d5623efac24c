import type { ChannelName, OutgoingNotification } from "@/lib/notifications/notification";
import { slackMessage, webhookBody } from "@/lib/notifications/render";
import { signWebhook } from "@/lib/notifications/webhook-signature";
import type { NotificationSettings } from "../settings";
import { DeliveryError } from "./delivery-error";
import { sendEmail } from "./email";
import { postJson } from "./post-json";

/** Sends a notification through one channel. @throws DeliveryError */
export async function deliver(
  channel: ChannelName,
  notification: OutgoingNotification,
  settings: NotificationSettings,
  timeoutMs: number,
): Promise<void> {
  const { slack, email, webhook } = settings;
  if (channel === "slack" && slack)
    return postJson(slack.url, JSON.stringify(slackMessage(notification)), { timeoutMs });
  if (channel === "email" && email) return sendEmail(email, notification, timeoutMs);
  if (channel === "webhook" && webhook) {
    const body = webhookBody(notification);
    return postJson(webhook.url, body, {
      headers: signWebhook({ id: notification.id, body }, webhook.secret),
      timeoutMs,
    });
  }
  throw new DeliveryError(`the channel ${channel} is not configured here`);
}
