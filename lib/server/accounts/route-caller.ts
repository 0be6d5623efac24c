import type { Role } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import { serverContext } from "@/lib/server/context";
import type { SignedInCaller } from "./caller";
import { callerOfCookie, readSessionCookie } from "./session-cookie";

/** Who asks a route that is no procedure. @throws SIGN_IN_REQUIRED, NOT_ALLOWED where it is for other roles */
export async function routeCaller(request: Request, ...roles: Role[]): Promise<SignedInCaller> {
  const { db } = await serverContext().database();
  const caller = await callerOfCookie(db, readSessionCookie(request.headers.get("cookie")));
  if (caller.kind === "anonymous") throw new PneumoscopeError("SIGN_IN_REQUIRED", "Sign in first.");
  if (roles.length > 0 && !roles.includes(caller.role))
    throw new PneumoscopeError("NOT_ALLOWED", `This is for ${roles.join(" or ")}, not for ${caller.role}.`);
  return caller;
}
