/** Next calls this once, before the first request. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { notePeerAddresses } = await import("@/lib/server/network/peer-address");
  notePeerAddresses();
  const { startSchedulerInBackground } = await import("@/lib/server/jobs/scheduler");
  startSchedulerInBackground();
  const { startJobRunnerInBackground } = await import("@/lib/server/dataset-imports/job-runner");
  startJobRunnerInBackground();
  const { startCleaning } = await import("@/lib/server/retention/start-cleaning");
  const { serverContext } = await import("@/lib/server/context");
  startCleaning(serverContext());
  const { startReadingAccessSync } = await import("@/lib/server/settings/reading-access");
  startReadingAccessSync(serverContext());
}
