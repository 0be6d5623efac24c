import { initTRPC, TRPCError } from "@trpc/server";
import superjson from "superjson";
import type { Role } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import type { Caller } from "@/lib/server/accounts/caller";
import type { ServerContext } from "@/lib/server/context";
import { trpcCodeOf } from "./error-map";

export interface TrpcContext extends ServerContext {
  /** Looked up when a procedure asks: the record may be out of reach. */
  caller(): Promise<Caller>;
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

const mapErrors = t.middleware(async ({ next }) => {
  const result = await next();
  if (result.ok) return result;
  const cause = result.error.cause;
  if (cause instanceof PneumoscopeError) {
    throw new TRPCError({ code: trpcCodeOf(cause.code), message: cause.userMessage, cause });
  }
  if (result.error.code !== "INTERNAL_SERVER_ERROR") throw result.error;
  process.stderr.write(`web: ${result.error.stack ?? result.error.message}\n`);
  throw new TRPCError({
    code: "INTERNAL_SERVER_ERROR",
    message: "Something went wrong on the server; its log says what.",
    cause,
  });
});

export const router = t.router;
const procedure = t.procedure.use(mapErrors);

/** For everyone, signed in or not. */
export const publicProcedure = procedure.meta({ callers: "everyone" });

/** For people with one of these roles; `ctx.user` is who calls. */
function procedureFor(...callers: Role[]) {
  return procedure.meta({ callers }).use(async ({ ctx, next }) => {
    const user = await ctx.caller();
    if (user.kind === "anonymous") throw new PneumoscopeError("SIGN_IN_REQUIRED", "Sign in first.");
    if (!callers.includes(user.role)) {
      throw new PneumoscopeError("NOT_ALLOWED", `This is for ${callers.join(" or ")}, not for ${user.role}.`);
    }
    return next({ ctx: { ...ctx, user } });
  });
}

export const signedInProcedure = procedureFor("viewer", "doctor", "admin");
export const adminProcedure = procedureFor("admin");
export const createCallerFactory = t.createCallerFactory;
