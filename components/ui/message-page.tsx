import type { ReactNode } from "react";

export function MessagePage({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <main
      id="content"
      tabIndex={-1}
      className="flex flex-1 outline-none flex-col items-center justify-center gap-3 p-8 text-center"
    >
      <h1 className="text-title font-semibold">{title}</h1>
      <p className="max-w-prose text-ink-2">{text}</p>
      <div className="mt-2">{children}</div>
    </main>
  );
}
