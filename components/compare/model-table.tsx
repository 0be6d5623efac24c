import type { ReactNode } from "react";
import { useCompared } from "./compared";
import { Swatch } from "./swatch";

interface ModelTableProps {
  caption: string;
  /** Head of the first column, which names the rows. */
  first: string;
  children: ReactNode;
}

/** A table with a column a model. It scrolls sideways inside itself; what names the rows stays. */
export function ModelTable({ caption, first, children }: ModelTableProps) {
  const { comparison, names } = useCompared();
  return (
    <section
      aria-label={caption}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys.
      tabIndex={0}
      className="overflow-x-auto rounded-panel border border-line bg-raised"
    >
      <table className="w-full border-collapse text-left tabular-nums">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="text-small">
            <th scope="col" className={`${stickyCell} border-b border-line py-2 font-medium text-ink-2`}>
              {first}
            </th>
            {comparison.models.map(({ id }, at) => (
              <th key={id} scope="col" title={id} className="border-b border-line px-3 py-2 font-medium">
                <span className="flex items-center gap-2 whitespace-nowrap">
                  <Swatch hue={at} />
                  {names[at]}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

const stickyCell = "sticky left-0 z-1 bg-raised px-4 min-w-28 max-sm:px-3";

/** A row of the table, named in its first cell. */
export function ModelRow({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <tr className="align-top not-last:*:border-b not-last:*:border-line">
      <th scope="row" className={`${stickyCell} py-2 font-normal text-ink-2 wrap-anywhere`}>
        {name}
      </th>
      {children}
    </tr>
  );
}

export function ModelCell({ children }: { children: ReactNode }) {
  return <td className="px-3 py-2 whitespace-nowrap">{children}</td>;
}
