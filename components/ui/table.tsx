import type { ReactNode } from "react";

/** A dense table that scrolls sideways inside itself on a narrow screen. */
export function Table({
  caption,
  heads,
  children,
}: {
  caption: string;
  heads: string[];
  children: ReactNode;
}) {
  return (
    <section aria-label={caption} className="overflow-x-auto rounded-panel border border-line bg-raised">
      <table className="w-full border-collapse text-left">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="text-small text-ink-2">
            {heads.map((head) => (
              <th
                key={head}
                scope="col"
                className="border-b border-line px-4 py-2 font-medium whitespace-nowrap"
              >
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

export function Cell({ children, className = "" }: { children: ReactNode; className?: string }) {
  return <td className={`border-b border-line px-4 py-2 align-top ${className}`}>{children}</td>;
}
