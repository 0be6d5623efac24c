import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import type { Role } from "@/drizzle/schema";
import { serverContext } from "@/lib/server/context";
import type { SignedInCaller } from "./caller";
import { callerOfCookie, sessionCookie } from "./session-cookie";

/** Who asks for a page. Who is not signed in is led to sign-in and back; `null` is for who may not see it. */
export async function pageCaller(path: string, ...roles: Role[]): Promise<SignedInCaller | null> {
  const cookie = (await cookies()).get(sessionCookie)?.value;
  const { db } = await serverContext().database();
  const caller = await callerOfCookie(db, cookie);
  if (caller.kind === "anonymous") redirect(`/sign-in?next=${encodeURIComponent(path)}`);
  return roles.length === 0 || roles.includes(caller.role) ? caller : null;
}
