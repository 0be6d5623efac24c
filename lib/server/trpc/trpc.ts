import { initTRPC, TRPCError } from "@trpc/server";
import superjson from "superjson";
import type { Role } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import type { Caller } from "@/lib/server/accounts/caller";
import { requireSignedIn } from "@/lib/server/accounts/require-signed-in";
import type { Visitor } from "@/lib/server/accounts/sessions";
import { scopeOf } from "@/lib/server/api-tokens/scopes";
import { whileAskedBy } from "@/lib/server/audit/asked-by";
import type { ServerContext } from "@/lib/server/context";
import { trpcCodeOf } from "./error-map";

export interface TrpcContext extends ServerContext {
  /** Looked up when a procedure asks: the record may be out of reach. */
  caller(): Promise<Caller>;
  /** Where the request comes from; absent where there is none. */
  visitor?: Visitor;
}

/** Who may call a procedure: everyone, everyone who is signed in, or these roles. */
export interface Meta {
  callers: "everyone" | readonly Role[];
}

const t = initTRPC
  .context<TrpcContext>()
  .meta<Meta>()
  .create({
    transformer: superjson,
    errorFormatter: ({ shape, error }) => ({
      ...shape,
      message: error.cause instanceof PneumoscopeError ? error.cause.userMessage : shape.message,
      data: {
        code: shape.data.code,
        httpStatus: shape.data.httpStatus,
        path: shape.data.path,
        errorCode: error.cause instanceof PneumoscopeError ? error.cause.code : null,
      },
    }),
  });

/** What a caller of the API is told of anything that was thrown; what is not ours is logged and not shown. */
export function asTrpcError(thrown: unknown): TRPCError {
  const error =
    thrown instanceof TRPCError ? thrown : new TRPCError({ code: "INTERNAL_SERVER_ERROR", cause: thrown });
  const { cause } = error;
  if (cause instanceof PneumoscopeError)
    return new TRPCError({ code: trpcCodeOf(cause.code), message: cause.userMessage, cause });
  if (error.code !== "INTERNAL_SERVER_ERROR") return error;
  process.stderr.write(`web: ${error.stack ?? error.message}\n`);
  return new TRPCError({
    code: "INTERNAL_SERVER_ERROR",
    message: "Something went wrong on the server; its log says what.",
    cause,
  });
}

const mapErrors = t.middleware(async ({ next }) => {
  const result = await next();
  if (!result.ok) throw asTrpcError(result.error);
  return result;
});

export const router = t.router;

/** What the database cannot keep is refused before it is tried, whatever the field: NUL, and halves of characters. */
const refuseUnkeepableText = t.middleware(async ({ getRawInput, next }) => {
  if (holdsUnkeepableText(await getRawInput()))
    throw new TRPCError({ code: "BAD_REQUEST", message: "The input has characters in it that are none." });
  return next();
});

function holdsUnkeepableText(value: unknown): boolean {
  if (typeof value === "string") return value.includes("\0") || /\p{Surrogate}/u.test(value);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return false;
  return Object.entries(value).some(([key, inner]) => holdsUnkeepableText(key) || holdsUnkeepableText(inner));
}

const procedure = t.procedure.use(mapErrors).use(refuseUnkeepableText);

/** For everyone, signed in or not. */
export const publicProcedure = procedure.meta({ callers: "everyone" });

/** What an administrator may do before there is a second factor. */
const forSecondFactor = new Set([
  "accounts.secondFactor",
  "accounts.newSecondFactor",
  "accounts.addSecondFactor",
]);

/** For people with one of these roles; `ctx.user` is who calls. */
function procedureFor(...callers: Role[]) {
  return procedure.meta({ callers }).use(async ({ ctx, next, path, type }) => {
    const user = requireSignedIn(await ctx.caller(), {
      roles: callers,
      scope: scopeOf(path, type),
      beforeSecondFactor: forSecondFactor.has(path),
    });
    const { visitor } = ctx;
    const from = {
      ...(visitor && { address: visitor.address }),
      ...(user.token && { token: user.token.id }),
    };
    return whileAskedBy(from, () => next({ ctx: { ...ctx, user } }));
  });
}

export const signedInProcedure = procedureFor("viewer", "doctor", "admin");
/** For who may see patients' images. */
export const doctorProcedure = procedureFor("doctor", "admin");
export const adminProcedure = procedureFor("admin");
export const createCallerFactory = t.createCallerFactory;
