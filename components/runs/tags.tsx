/** What people call a run. */
export function Tags({ tags }: { tags: readonly string[] }) {
  return (
    <span className="inline-flex flex-wrap gap-1">
      {tags.map((tag) => (
        <span key={tag} className="rounded-control border border-line bg-float px-1.5 text-small">
          {tag}
        </span>
      ))}
    </span>
  );
}
