import { checkHealth } from "@/lib/server/health";
import { publicProcedure } from "../trpc";

export const healthRouter = publicProcedure.query(({ ctx }) => checkHealth(ctx));
