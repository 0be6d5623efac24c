import { initTRPC, TRPCError } from "@trpc/server";
import superjson from "superjson";
import { PneumoscopeError } from "@/lib/errors";
import type { ServerContext } from "@/lib/server/context";
import { trpcCodeOf } from "./error-map";

const t = initTRPC.context<ServerContext>().create({
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
export const publicProcedure = t.procedure.use(mapErrors);
export const createCallerFactory = t.createCallerFactory;
