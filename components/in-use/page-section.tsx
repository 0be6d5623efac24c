import { type ReactNode, useId } from "react";

/** A part of the page with its heading and, where it helps, a sentence on how to read it. */
export function PageSection({
  title,
  explained,
  children,
}: {
  title: string;
  explained?: string;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="flex flex-col gap-3">
      <div>
        <h2 id={id} className="font-semibold">
          {title}
        </h2>
        {explained && <p className="max-w-[80ch] text-small text-ink-2">{explained}</p>}
      </div>
      {children}
    </section>
  );
}

/** Why there is nothing, and what would change that. */
export function Nothing({ children }: { children: ReactNode }) {
  return <p className="rounded-panel border border-dashed border-line px-4 py-6 text-ink-2">{children}</p>;
}
