/** Next calls this once, before the first request. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { startScheduler } = await import("@/lib/server/jobs/scheduler");
  // Pages must come up even when the record or the trainer cannot.
  void startScheduler().catch((error: unknown) => {
    process.stderr.write(`retrain: the scheduler did not start: ${String(error)}\n`);
  });
}
