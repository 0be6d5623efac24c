import { build } from "esbuild";
import { writeFileAtomic } from "@/lib/node/write-file";
import { listFiles } from "./cli/build-if-changed";

/** Pages that open without the server. */
const pages = ["/"];
/** In public/, but kept by the page itself (models), or not part of the product (the worker). */
const notKept = /^\/(models\/|sw\.js$)/;
/** Alphabets that neither of the page's languages uses (a report may: a name is in any of them), and what Next writes beside the files that pages load. */
const neverLoaded = /^\/_next\/.*-(cyrillic|greek|vietnamese)[-.]|\.(ts|map)$|\/_\w+Manifest\.js$/;

/** Writes public/sw.js: the service worker of this build, with the list of files it keeps. */
export async function bundleServiceWorker(buildId: string, target = "public/sw.js"): Promise<void> {
  const files = [
    ...(await listFiles(".next/static")).map((file) => file.replace(/^\.next/, "/_next")),
    ...(await listFiles("public")).map((file) => file.replace(/^public/, "")),
    "/icon.svg",
    "/manifest.webmanifest",
  ].filter((path) => !notKept.test(path) && !neverLoaded.test(path));
  const { outputFiles } = await build({
    entryPoints: ["lib/browser/offline/service-worker.ts"],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2022",
    define: {
      BUILD_ID: JSON.stringify(buildId),
      PAGES: JSON.stringify(pages),
      FILES: JSON.stringify(files.sort()),
    },
  });
  await writeFileAtomic(target, outputFiles[0]?.text ?? "");
}
