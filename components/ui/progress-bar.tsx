/** @param value 0 to 1 */
export function ProgressBar({ value, label }: { value: number; label: string }) {
  const percent = Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
      className="h-1 overflow-hidden rounded-full bg-line"
    >
      <svg width="100%" height="4" aria-hidden="true" className="block">
        <rect width={`${percent}%`} height="4" className="fill-accent" />
      </svg>
    </div>
  );
}
