import { createTransport } from "nodemailer";
import { describeError } from "@/lib/errors";
import type { OutgoingNotification } from "@/lib/notifications/notification";
import { emailMessage } from "@/lib/notifications/render";
import type { EmailSettings } from "../settings";
import { DeliveryError } from "./delivery-error";

/**
 * Sends one e-mail to all addressees. The message id is the notification's, so that mail programs show a repetition
 * once. A password is sent over an encrypted connection only, unless the address says `requireTLS=false`.
 * @throws DeliveryError
 */
export async function sendEmail(
  { smtpUrl, from, to }: EmailSettings,
  notification: OutgoingNotification,
  timeoutMs: number,
): Promise<void> {
  const { subject, text, html } = emailMessage(notification);
  const domain = /@([^>\s]+)/.exec(from)?.[1] ?? "localhost";
  const transport = createTransport({
    url: withTls(smtpUrl),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
  });
  try {
    await transport.sendMail({
      from,
      to,
      subject,
      text,
      html,
      date: notification.createdAt,
      messageId: `<${notification.id}@${domain}>`,
      headers: { "Auto-Submitted": "auto-generated", "X-Pneumoscope-Notification": notification.id },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  } catch (error) {
    throw deliveryError(error);
  } finally {
    transport.close();
  }
}

/** A password is sent over an encrypted connection only, unless the address says `requireTLS=false`. */
export function withTls(smtpUrl: string): string {
  const url = new URL(smtpUrl);
  if (url.password && !url.searchParams.has("requireTLS")) url.searchParams.set("requireTLS", "true");
  return url.href;
}

/** A refused sender, addressee or message is final; a wrong password or certificate is mended by the operator. */
function deliveryError(error: unknown): DeliveryError {
  const { responseCode = 0, code = "" } = error as { responseCode?: number; code?: string };
  const isFinal = ["EENVELOPE", "EMESSAGE"].includes(code) && responseCode >= 500;
  return new DeliveryError(describeError(error), { isFinal });
}
