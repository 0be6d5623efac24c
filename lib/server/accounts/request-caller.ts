import { cookies } from "next/headers";
import { cache } from "react";
import type { Role } from "@/drizzle/schema";
import { serverContext } from "@/lib/server/context";
import { anonymous, type Caller } from "./caller";
import { callerOfCookie, sessionCookie } from "./session-cookie";

/** Who asks for the page that is being made: looked up once for it. */
export const requestCaller = cache(async (): Promise<Caller> => {
  const cookie = (await cookies()).get(sessionCookie)?.value;
  if (!cookie) return anonymous;
  const { db } = await serverContext().database();
  return callerOfCookie(db, cookie);
});

/** The reading page comes up without the record: its header waits for it no longer than this. */
const headerWaitMs = 300;

/** Whom the header is for; null also where the record does not say so in time. */
export async function headerRole(): Promise<Role | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Caller>((resolve) => {
    timer = setTimeout(() => resolve(anonymous), headerWaitMs);
  });
  const caller = await Promise.race([requestCaller(), late]).catch(() => anonymous);
  clearTimeout(timer);
  return caller.kind === "user" ? caller.role : null;
}
