import type { Role } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import type { SignedInCaller } from "@/lib/server/accounts/caller";
import { trpcContext } from "./context";
import type { TrpcContext } from "./trpc";

/** What a route that is no tRPC procedure works with, for callers with one of these roles. @throws SIGN_IN_REQUIRED, NOT_ALLOWED, TOKEN_SCOPE_MISSING */
export async function requireCaller(
  request: Request,
  ...roles: Role[]
): Promise<TrpcContext & { user: SignedInCaller }> {
  const context = trpcContext(request);
  const user = await context.caller();
  if (user.kind === "anonymous") throw new PneumoscopeError("SIGN_IN_REQUIRED", "Sign in first.");
  if (!roles.includes(user.role))
    throw new PneumoscopeError("NOT_ALLOWED", `This is for ${roles.join(" or ")}, not for ${user.role}.`);
  const scope = request.method === "GET" ? "read" : "operate";
  if (user.token && !user.token.scopes.includes(scope))
    throw new PneumoscopeError("TOKEN_SCOPE_MISSING", `The token lacks the scope “${scope}”.`);
  return { ...context, user };
}
