import { and, eq, isNull } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { users } from "@/drizzle/schema";
import { describeError } from "@/lib/errors";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { sendMail } from "@/lib/server/mail/send-mail";
import { ownAddress } from "@/lib/server/network/asked-at";
import { readNotificationSettings, redactorOf } from "@/lib/server/notifications/settings";
import { countRequest } from "@/lib/server/request-limit";
import { attemptKey } from "./attempt-key";
import { normalEmail } from "./email";
import { createLink } from "./one-time-links";

const hourMs = 60 * 60_000;
const most = { address: 10, account: 3 };
const timeoutMs = 15_000;

export interface ResetMail {
  smtpUrl: string;
  from: string;
  /** Of the pages; never taken from a request, which could name another. */
  pages: URL;
}

/** What mails with links need: NOTIFY_SMTP_URL, NOTIFY_EMAIL_FROM and NEXTAUTH_URL; null where one is not set. */
export function readResetMail(env: Record<string, string | undefined> = process.env): ResetMail | null {
  const pages = ownAddress(env);
  const { mail } = readNotificationSettings(env);
  return mail && pages ? { ...mail, pages } : null;
}

/**
 * Sends a link for a new password to an account's address. Whether there is one cannot be told from the answer nor
 * from its time: looking and sending happen afterwards.
 * @returns the work that goes on, for tests
 * @throws TOO_MANY_REQUESTS for the address that asks; for an account that is asked for too often nothing is sent
 */
export function requestResetByMail(
  db: Database,
  mail: ResetMail,
  { email, address }: { email: string; address: string },
): { sending: Promise<void> } {
  countRequest(attemptKey("address", `reset ${address}`), most.address, hourMs);
  const sending = send(db, mail, normalEmail(email)).catch((error: unknown) => {
    const redact = redactorOf({ tellSkippedEvery: 0, problems: [], mail });
    process.stderr.write(`web: no mail with a link could be sent: ${redact(describeError(error))}\n`);
  });
  return { sending };
}

async function send(db: Database, { smtpUrl, from, pages }: ResetMail, email: string): Promise<void> {
  const [user] = await db
    .select({ id: users.id, email: users.email })
    .from(users)
    .where(and(eq(users.email, email), isNull(users.deactivatedAt)));
  if (!user || isTooOften(email)) return;
  const secret = await db.transaction(async (tx) => {
    const made = await createLink(tx, { purpose: "password-reset", userId: user.id }, { minutes: 30 });
    await recordAuditEvent(tx, {
      action: "user.password_reset_requested",
      actor: "anonymous",
      entityId: user.id,
      details: { by: "mail" },
    });
    return made;
  });
  const link = `${new URL("/link", pages).href}#${secret}`;
  const message = {
    from,
    to: { name: "", address: user.email },
    subject: "Pneumoscope: a new password · un nouveau mot de passe",
    text: textWith(link),
  };
  await sendMail(smtpUrl, message, timeoutMs);
}

function isTooOften(email: string): boolean {
  try {
    countRequest(attemptKey("account", `reset ${email}`), most.account, hourMs);
    return false;
  } catch {
    return true;
  }
}

const textWith = (link: string) =>
  `Somebody, most likely you, asked for a new password. This link works once, within 30 minutes:\n\n${link}\n\nSetting a password signs you out everywhere. If you did not ask, do nothing.\n\n—\n\nQuelqu’un, sans doute vous, a demandé un nouveau mot de passe. Ce lien sert une fois, pendant 30 minutes :\n\n${link}\n\nChanger de mot de passe ferme toutes vos sessions. Si vous n’avez rien demandé, ne faites rien.\n`;
