import type { ReactNode } from "react";
import { PageTitle } from "./page-title";

/** A page of the control room: its title, and what belongs to it. */
export function PageColumn({
  title,
  narrow,
  children,
}: {
  title: string;
  narrow?: boolean;
  children: ReactNode;
}) {
  return (
    <main id="content" tabIndex={-1} className="flex-1 outline-none lg:min-h-0 lg:overflow-y-auto">
      <div
        className={`mx-auto flex flex-col gap-6 px-4 py-6 lg:px-6 ${narrow ? "max-w-[30rem]" : "max-w-[88rem]"}`}
      >
        <PageTitle>{title}</PageTitle>
        <h1 className="text-title font-semibold">{title}</h1>
        {children}
      </div>
    </main>
  );
}
