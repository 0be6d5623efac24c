import { decode } from "next-auth/jwt";
import type { Database } from "@/drizzle/client";
import { sessionSecret } from "@/lib/node/secrets";
import { anonymous, type Caller } from "./caller";
import { sessionCookie } from "./session-cookie-name";
import { callerOfSession } from "./sessions";

export { sessionCookie };

/** Who holds this cookie. What cannot be opened, has ended or is forged is nobody's. */
export async function callerOfCookie(db: Database, cookie: string | undefined): Promise<Caller> {
  if (!cookie) return anonymous;
  const token = await decode({ token: cookie, secret: await sessionSecret() }).catch(() => null);
  const sessionId = token?.sessionId;
  if (typeof sessionId !== "string") return anonymous;
  return (await callerOfSession(db, sessionId)) ?? anonymous;
}

/** The session cookie of a request's header. */
export function readSessionCookie(header: string | null): string | undefined {
  for (const part of (header ?? "").split(";")) {
    const [name, ...value] = part.trim().split("=");
    if (name === sessionCookie) return value.join("=");
  }
  return undefined;
}
