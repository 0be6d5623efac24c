export type FactRow = readonly [name: string, value: string | null, inFull?: string | undefined];

/** Names and values; what has no value is left out. */
export function FactRows({ rows }: { rows: readonly FactRow[] }) {
  return (
    <dl className="text-small tabular-nums">
      {rows.map(([name, value, inFull]) =>
        value === null ? null : (
          <div key={name} className="flex justify-between gap-4 py-1">
            <dt className="shrink-0 text-ink-2">{name}</dt>
            <dd title={inFull} className="min-w-0 text-right wrap-anywhere">
              {value}
            </dd>
          </div>
        ),
      )}
    </dl>
  );
}
