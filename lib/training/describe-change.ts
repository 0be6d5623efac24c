import type { EpochMetrics, JobStatus } from "./job";

/** What is worth a line in a run's log when a job goes from one status to the next. */
export function describeChange(before: JobStatus | null, now: JobStatus): string[] {
  const lines: string[] = [];
  if (now.state !== before?.state || now.engine !== before?.engine)
    lines.push(`${now.kind}: ${now.state}${now.engine ? ` on ${now.engine}` : ""}`);
  const phase = phaseOf(now);
  if (phase && phase !== (before && phaseOf(before))) lines.push(`${now.kind}: ${phase}`);
  for (const epoch of now.epochs.slice(before?.epochs.length ?? 0)) lines.push(describeEpoch(epoch));
  if (now.error && !before?.error) lines.push(`${now.kind}: ${now.error.code}: ${now.error.message}`);
  return lines;
}

function phaseOf({ state, progress }: JobStatus): string | null {
  if (state !== "running" || !progress) return null;
  const { phase, epoch, epochs } = progress;
  return epoch === undefined ? phase : `${phase}, epoch ${epoch} of ${epochs}`;
}

function describeEpoch(epoch: EpochMetrics): string {
  const { train_loss, val_loss, auc, durationMs } = epoch;
  return `epoch ${epoch.epoch}: train loss ${train_loss.toFixed(4)}, validation loss ${val_loss.toFixed(4)}, AUC ${auc?.toFixed(4) ?? "undefined"}, ${Math.round(durationMs / 1000)} s`;
}
