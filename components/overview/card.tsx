import { type ReactNode, useId } from "react";

/** A part of the overview, with its title and where more of it is. */
export function Card({
  title,
  more,
  look = "plain",
  children,
}: {
  title: string;
  more?: ReactNode;
  look?: "plain" | "asking";
  children: ReactNode;
}) {
  const id = useId();
  const ground = look === "asking" ? "bg-amber-wash" : "bg-raised";
  return (
    <section aria-labelledby={id} className={`rounded-panel border border-line ${ground} p-4 sm:p-5`}>
      <div className="mb-3 flex flex-wrap items-baseline justify-between gap-x-4">
        <h2 id={id} className="text-title font-semibold">
          {title}
        </h2>
        {more}
      </div>
      {children}
    </section>
  );
}
