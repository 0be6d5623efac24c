import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { useTRPC } from "@/lib/browser/trpc";

/**
 * Starts a run once, however often it is pressed, and opens it. Where the run was entered and could not be handed over,
 * the next press asks for another: the same request would be answered with the one that failed.
 */
export function useStartRun() {
  const trpc = useTRPC();
  const router = useRouter();
  const [requestId, setRequestId] = useState(() => crypto.randomUUID());
  const start = useMutation(
    trpc.runs.start.mutationOptions({
      onSuccess: ({ id }) => router.push(`/runs/${encodeURIComponent(id)}`),
      onError: (error) => {
        if (failureCodeOf(error) === "JOB_ENGINE_UNREACHABLE") setRequestId(crypto.randomUUID());
      },
    }),
  );
  return { start, requestId };
}
