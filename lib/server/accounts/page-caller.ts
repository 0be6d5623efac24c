import { redirect } from "next/navigation";
import type { Role } from "@/drizzle/schema";
import type { SignedInCaller } from "./caller";
import { requestCaller } from "./request-caller";

/** Who asks for a page. Who is not signed in is led to sign-in and back; `null` is for who may not see it. */
export async function pageCaller(path: string, ...roles: Role[]): Promise<SignedInCaller | null> {
  const caller = await requestCaller();
  if (caller.kind === "anonymous") redirect(`/sign-in?next=${encodeURIComponent(path)}`);
  if (caller.mustAddSecondFactor && path !== "/account") redirect("/account");
  return roles.length === 0 || roles.includes(caller.role) ? caller : null;
}
