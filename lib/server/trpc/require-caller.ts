import type { Role } from "@/drizzle/schema";
import type { SignedInCaller } from "@/lib/server/accounts/caller";
import { requireSignedIn } from "@/lib/server/accounts/require-signed-in";
import { trpcContext } from "./context";
import type { TrpcContext } from "./trpc";

/**
 * What a route that is no tRPC procedure works with, for callers with one of these roles, by cookie or by token.
 * @throws SIGN_IN_REQUIRED, SECOND_FACTOR_SETUP_REQUIRED, TOKEN_INVALID, TOKEN_SCOPE_MISSING, NOT_ALLOWED
 */
export async function requireCaller(
  request: Request,
  ...roles: Role[]
): Promise<TrpcContext & { user: SignedInCaller }> {
  const context = trpcContext(request);
  const scope = request.method === "GET" ? "read" : "operate";
  return { ...context, user: requireSignedIn(await context.caller(), { roles, scope }) };
}
