/** Control characters, and marks that change the direction of what follows ("gpj.exe" shown as "exe.jpg"). */
const unprintable = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff]/gu;
const driveLetter = /^[a-z]:$/i;

/**
 * A path as an archive or a folder states it → what may be shown of it. Both kinds of slash separate; "..", "."
 * drive letters and leading slashes go. Nothing is ever opened by these names.
 */
export function displayPath(stated: string): { folder: string; name: string } {
  const parts = stated
    .split(/[\\/]+/)
    .map((part) => part.replace(unprintable, "\ufffd").trim())
    .filter((part) => part !== "" && part !== "." && part !== ".." && !driveLetter.test(part));
  const name = parts.pop() ?? "(no name)";
  return { folder: parts.join("/"), name };
}

/** Parts of a path put together; empty ones leave no slash. */
export function joinPath(...parts: string[]): string {
  return parts.filter((part) => part !== "").join("/");
}
