import { accountsRouter } from "./routers/accounts";
import { auditRouter } from "./routers/audit";
import { compareRouter } from "./routers/compare";
import { dataRouter } from "./routers/data";
import { healthRouter } from "./routers/health";
import { inUseRouter } from "./routers/in-use";
import { modelVersionsRouter } from "./routers/model-versions";
import { overviewRouter } from "./routers/overview";
import { runsRouter } from "./routers/runs";
import { settingsRouter } from "./routers/settings";
import { tokensRouter } from "./routers/tokens";
import { createCallerFactory, router } from "./trpc";

export const appRouter = router({
  accounts: accountsRouter,
  audit: auditRouter,
  data: dataRouter,
  compare: compareRouter,
  health: healthRouter,
  inUse: inUseRouter,
  modelVersions: modelVersionsRouter,
  overview: overviewRouter,
  runs: runsRouter,
  settings: settingsRouter,
  tokens: tokensRouter,
});
export type AppRouter = typeof appRouter;

/** For calls without HTTP: tests and server components. */
export const createCaller = createCallerFactory(appRouter);
