import { checkHealth, healthAnswer } from "@/lib/server/health";
import { publicProcedure } from "../trpc";

export const healthRouter = publicProcedure.output(healthAnswer).query(({ ctx }) => checkHealth(ctx));
