/** The part of Node that is used, reached without an import: this file is also bundled for browsers. */
interface NodeProcess {
  cwd(): string;
  getBuiltinModule(name: "node:fs"): typeof import("node:fs");
  getBuiltinModule(name: "node:path"): typeof import("node:path");
}

/**
 * Node only: the bytes of a package's file, looked for from this file upwards and then from the working folder.
 * @param path beginning with node_modules/
 * @throws Error where there is no such file, and in a browser
 */
export async function readNodeModule(path: string): Promise<ArrayBuffer> {
  const node = (globalThis as { process?: NodeProcess }).process;
  if (!node?.getBuiltinModule) throw new Error("no folder is configured for it");
  const { existsSync, promises } = node.getBuiltinModule("node:fs");
  const { dirname, join } = node.getBuiltinModule("node:path");
  for (const start of [folderOfThisFile(), node.cwd()]) {
    for (let folder = start; ; folder = dirname(folder)) {
      const candidate = join(folder, path);
      if (existsSync(candidate)) return Uint8Array.from(await promises.readFile(candidate)).buffer;
      if (dirname(folder) === folder) break;
    }
  }
  throw new Error("no such file; install the packages again");
}

function folderOfThisFile(): string {
  // Bundlers take `new URL(name, import.meta.url)` for a file to bundle.
  const address: string = import.meta.url;
  const { protocol, pathname } = new URL(address);
  return protocol === "file:" ? decodeURIComponent(pathname).replace(/[^/]*$/, "") : "/";
}
