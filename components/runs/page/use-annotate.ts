import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTRPC } from "@/lib/browser/trpc";

/** Changes a run's notes or tags. */
export function useAnnotate() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  return useMutation(
    trpc.runs.annotate.mutationOptions({
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.runs.pathKey() }),
    }),
  );
}
