/** The tab's title. In the page rather than in its metadata, so that it follows a change of language. */
export function PageTitle({ children }: { children?: string }) {
  return <title>{children ? `${children} · Pneumoscope` : "Pneumoscope"}</title>;
}
