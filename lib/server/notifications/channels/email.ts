import { describeError } from "@/lib/errors";
import type { OutgoingNotification } from "@/lib/notifications/notification";
import { emailMessage } from "@/lib/notifications/render";
import { sendMail } from "@/lib/server/mail/send-mail";
import type { EmailSettings } from "../settings";
import { DeliveryError } from "./delivery-error";

/**
 * Sends one e-mail to all addressees. The message id is the notification's, so that mail programs show a repetition
 * once. @throws DeliveryError
 */
export async function sendEmail(
  { smtpUrl, from, to }: EmailSettings,
  notification: OutgoingNotification,
  timeoutMs: number,
): Promise<void> {
  const { subject, text, html } = emailMessage(notification);
  const domain = /@([^>\s]+)/.exec(from)?.[1] ?? "localhost";
  try {
    await sendMail(
      smtpUrl,
      {
        from,
        to,
        subject,
        text,
        html,
        date: notification.createdAt,
        messageId: `<${notification.id}@${domain}>`,
        headers: { "X-Pneumoscope-Notification": notification.id },
      },
      timeoutMs,
    );
  } catch (error) {
    throw deliveryError(error);
  }
}

/** A refused sender, addressee or message is final; a wrong password or certificate is mended by the operator. */
function deliveryError(error: unknown): DeliveryError {
  const { responseCode = 0, code = "" } = error as { responseCode?: number; code?: string };
  const isFinal = ["EENVELOPE", "EMESSAGE"].includes(code) && responseCode >= 500;
  return new DeliveryError(describeError(error), { isFinal });
}
