import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "@/lib/server/trpc/router";

type Outputs = inferRouterOutputs<AppRouter>;
export type RunRow = Outputs["runs"]["list"][number];
export type VersionRow = Outputs["modelVersions"]["list"][number];
