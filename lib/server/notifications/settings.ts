import { z } from "zod";
import type { ChannelName } from "@/lib/notifications/notification";
import { isWebhookSecret } from "@/lib/notifications/webhook-signature";

export interface SlackSettings {
  url: string;
}

export interface EmailSettings {
  /** smtp:// or smtps://, with user and password where the server wants them. */
  smtpUrl: string;
  from: string;
  to: string[];
}

export interface WebhookSettings {
  url: string;
  secret: string;
}

export interface NotificationSettings {
  slack?: SlackSettings;
  email?: EmailSettings;
  webhook?: WebhookSettings;
  /** By which mail to a person can be sent; there need be no channel for that. */
  mail?: Pick<EmailSettings, "smtpUrl" | "from">;
  /** Skipped scheduled runs are told when so many in a row; 0: never. */
  tellSkippedEvery: number;
  /** What is set but cannot be used, with the variable's name and never its value. */
  problems: string[];
}

export const noNotifications: NotificationSettings = { tellSkippedEvery: 7, problems: [] };

const httpUrl = z.url({ protocol: /^https?$/ });
const smtpUrl = z.url({ protocol: /^smtps?$/ });
const address = z.string().regex(/^(?:[^<>\r\n]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s,]+@[^<>@\s,]+)$/);

/**
 * The channels that the environment names. A mistake here disables its channel and is a problem to report, not an
 * error: whoever mistypes an address of a chat must not stop the retraining.
 * Addresses come from the operator's environment only and may be private ones; nothing of a request gets into them.
 */
export function readNotificationSettings(
  source: Record<string, string | undefined> = process.env,
): NotificationSettings {
  const text = (name: string) => source[name]?.trim() || undefined;
  const problems: string[] = [];
  const slackUrl = text("NOTIFY_SLACK_WEBHOOK_URL");
  const webhookUrl = text("NOTIFY_WEBHOOK_URL");
  const secret = text("NOTIFY_WEBHOOK_SECRET");
  const isUsable = (schema: z.ZodType, value: unknown, name: string, rule: string) => {
    if (schema.safeParse(value).success) return true;
    problems.push(`${name} ${rule}.`);
    return false;
  };
  const isHttp = (value: string, name: string) =>
    isUsable(httpUrl, value, name, "is not an http:// or https:// address");

  const settings: NotificationSettings = { tellSkippedEvery: skippedEvery(), problems };
  if (slackUrl && isHttp(slackUrl, "NOTIFY_SLACK_WEBHOOK_URL")) settings.slack = { url: slackUrl };
  if (webhookUrl && isHttp(webhookUrl, "NOTIFY_WEBHOOK_URL")) {
    if (secret && isWebhookSecret(secret)) settings.webhook = { url: webhookUrl, secret };
    else
      problems.push(
        "NOTIFY_WEBHOOK_URL needs NOTIFY_WEBHOOK_SECRET with at least 24 bytes (openssl rand -hex 32 makes one): nothing is sent unsigned.",
      );
  }
  const mail = mailSettings();
  if (mail) settings.mail = mail;
  const email = emailSettings();
  if (email) settings.email = email;
  return settings;

  function mailSettings(): NotificationSettings["mail"] {
    const [url, from] = [text("NOTIFY_SMTP_URL"), text("NOTIFY_EMAIL_FROM")];
    const isRight = smtpUrl.safeParse(url).success && address.safeParse(from).success;
    return isRight && url && from ? { smtpUrl: url, from } : undefined;
  }

  function emailSettings(): EmailSettings | undefined {
    const url = text("NOTIFY_SMTP_URL");
    const from = text("NOTIFY_EMAIL_FROM");
    const to = (text("NOTIFY_EMAIL_TO") ?? "").split(",").flatMap((item) => item.trim() || []);
    // Without addressees there is no channel, but mail can be sent.
    if (to.length === 0 && (!url || from)) return undefined;
    if (!url || !from || to.length === 0) {
      problems.push("E-mail needs all of NOTIFY_SMTP_URL, NOTIFY_EMAIL_FROM and NOTIFY_EMAIL_TO.");
      return undefined;
    }
    const isRight =
      isUsable(smtpUrl, url, "NOTIFY_SMTP_URL", "is not an smtp:// or smtps:// address") &&
      isUsable(address, from, "NOTIFY_EMAIL_FROM", "is not an e-mail address") &&
      isUsable(z.array(address), to, "NOTIFY_EMAIL_TO", "is not a list of e-mail addresses");
    return isRight ? { smtpUrl: url, from, to } : undefined;
  }

  function skippedEvery(): number {
    const given = text("NOTIFY_SKIPPED_DAYS");
    if (given === undefined) return noNotifications.tellSkippedEvery;
    if (/^\d{1,4}$/.test(given)) return Number(given);
    problems.push("NOTIFY_SKIPPED_DAYS is not a whole number; 7 is used.");
    return noNotifications.tellSkippedEvery;
  }
}

/** The channels that can be used, in the order in which they are tried. */
export function usableChannels(settings: NotificationSettings): ChannelName[] {
  return (["slack", "email", "webhook"] as const).filter((name) => settings[name] !== undefined);
}

/** A function that takes every secret of the settings, and the password of any address, out of a text. */
export function redactorOf(settings: NotificationSettings): (text: string) => string {
  const secrets = [
    ...partsOf(settings.slack?.url),
    ...partsOf(settings.webhook?.url),
    ...partsOf(settings.email?.smtpUrl ?? settings.mail?.smtpUrl),
    settings.webhook?.secret ?? "",
  ]
    .filter((secret) => secret.length > 0)
    .sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const secret of secrets) clean = clean.replaceAll(secret, "***");
    return clean.replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, "$1***@");
  };
}

/** Of an address everything that may be a secret: itself, user, password, path and query, as text, encoded and as SMTP sends them. */
function partsOf(address: string | undefined): string[] {
  if (!address) return [];
  const { username, password, pathname, search } = new URL(address);
  const decoded = (text: string) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };
  const user = decoded(username);
  const word = decoded(password);
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  return [
    address,
    ...(word ? [password, word, base64(word), base64(`\0${user}\0${word}`)] : []),
    ...[pathname, search].filter((part) => part.length > 4),
  ];
}
