import type { Role } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import type { Scope } from "@/lib/server/api-tokens/scopes";
import type { Caller, SignedInCaller } from "./caller";

export interface Needed {
  roles: readonly Role[];
  /** Of a token; "session": no token will do. */
  scope: Scope | "session";
  /** Whether an administrator may come in who has yet to add a second factor. */
  beforeSecondFactor?: boolean;
}

/**
 * Lets a caller in, at every door: procedures, files and streams.
 * @throws SIGN_IN_REQUIRED, SECOND_FACTOR_SETUP_REQUIRED, TOKEN_SCOPE_MISSING, NOT_ALLOWED
 */
export function requireSignedIn(
  caller: Caller,
  { roles, scope, beforeSecondFactor = false }: Needed,
): SignedInCaller {
  if (caller.kind === "anonymous") throw new PneumoscopeError("SIGN_IN_REQUIRED", "Sign in first.");
  if (caller.mustAddSecondFactor && !beforeSecondFactor)
    throw new PneumoscopeError("SECOND_FACTOR_SETUP_REQUIRED", "Add a second factor to your account first.");
  if (caller.token) requireScope(caller.token.scopes, scope);
  if (!roles.includes(caller.role))
    throw new PneumoscopeError("NOT_ALLOWED", `This is for ${roles.join(" or ")}, not for ${caller.role}.`);
  return caller;
}

function requireScope(held: readonly Scope[], needed: Scope | "session"): void {
  if (needed === "session")
    throw new PneumoscopeError("TOKEN_SCOPE_MISSING", "No token may do this: sign in on the pages.");
  if (!held.includes(needed))
    throw new PneumoscopeError("TOKEN_SCOPE_MISSING", `The token lacks the scope “${needed}”.`);
}
