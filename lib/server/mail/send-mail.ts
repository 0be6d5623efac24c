import { createTransport, type SendMailOptions } from "nodemailer";

export type MailMessage = Pick<
  SendMailOptions,
  "from" | "to" | "subject" | "text" | "html" | "date" | "messageId" | "headers"
>;

/**
 * Sends one mail that no auto-responder answers. A password is sent over an encrypted connection only, unless the address
 * says `requireTLS=false`. Neither files nor addresses are read into it. @throws nodemailer's error
 */
export async function sendMail(
  smtpUrl: string,
  { headers, ...message }: MailMessage,
  timeoutMs: number,
): Promise<void> {
  const transport = createTransport({
    url: withTls(smtpUrl),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
  });
  try {
    await transport.sendMail({
      ...message,
      headers: { "Auto-Submitted": "auto-generated", ...headers },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  } finally {
    transport.close();
  }
}

function withTls(smtpUrl: string): string {
  const url = new URL(smtpUrl);
  if (url.password && !url.searchParams.has("requireTLS")) url.searchParams.set("requireTLS", "true");
  return url.href;
}
