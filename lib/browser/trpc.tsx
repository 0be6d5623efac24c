"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createTRPCClient, httpBatchLink, httpLink, splitLink } from "@trpc/client";
import type { inferRouterOutputs } from "@trpc/server";
import { createTRPCContext } from "@trpc/tanstack-react-query";
import { type ReactNode, useState } from "react";
import superjson from "superjson";
import type { AppRouter } from "@/lib/server/trpc/router";

type Outputs = inferRouterOutputs<AppRouter>;
export type RunRow = Outputs["runs"]["search"]["rows"][number];
export type RunDetails = Outputs["runs"]["get"];
export type StartOptions = Outputs["runs"]["startOptions"];
export type ScheduleRow = Outputs["runs"]["schedule"];
export type SavedViewRow = Outputs["runs"]["views"][number];
export type UserRow = Outputs["accounts"]["list"][number];
export type SettingsOverview = Outputs["settings"]["overview"];
export type CleaningPlan = Outputs["settings"]["planCleaning"];
export type DataCleaningPlan = Outputs["settings"]["planDataCleaning"];
export type TokenRow = Outputs["tokens"]["list"][number];
export type InUseOverview = Outputs["inUse"]["overview"];
export type ModelsOverview = Outputs["modelVersions"]["overview"];
export type RunChartsData = Outputs["compare"]["run"];
export type ModelComparison = Outputs["compare"]["models"];
export type ModelDetails = Outputs["modelVersions"]["details"];
export type Overview = Outputs["overview"]["get"];
export type OverviewHealth = Outputs["overview"]["health"];
export type VersionRow = Outputs["modelVersions"]["list"][number];
export type DatasetRow = Outputs["data"]["list"]["rows"][number];
export type DatasetDetails = Outputs["data"]["get"];
export type DatasetJobRow = Outputs["data"]["jobs"]["rows"][number];
export type DatasetChanges = Outputs["data"]["changes"];

const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();

export { useTRPC, useTRPCClient };

const options = { url: "/api/trpc", transformer: superjson };

/** One request for what a page asks at once; what may take its time (`alone`) does not hold up the rest. */
const link = splitLink({
  condition: ({ context }) => context.alone === true,
  true: httpLink<AppRouter>(options),
  false: httpBatchLink<AppRouter>(options),
});

/** Gives the pages that show the server's record their client. The reading page is not inside it. */
export function ServerRecordProvider({ children }: { children: ReactNode }) {
  const [queryClient] = useState(
    () => new QueryClient({ defaultOptions: { queries: { staleTime: 5_000, retry: 1 } } }),
  );
  const [client] = useState(() => createTRPCClient<AppRouter>({ links: [link] }));
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={client} queryClient={queryClient}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  );
}
