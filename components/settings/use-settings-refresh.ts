import { useQueryClient } from "@tanstack/react-query";
import { useTRPC } from "@/lib/browser/trpc";

/** After a change of settings, and after one that was refused, what is on screen is asked for again. */
export function useSettingsRefresh() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  return { onSettled: () => queries.invalidateQueries({ queryKey: trpc.settings.pathKey() }) };
}
