import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { knownAnswerInput } from "@/lib/resnet18/known-answer";
import { toTensor } from "@/lib/xray/to-tensor";
import { projectFolder } from "../cli/project-folder";
import { bundleForPage } from "./bundle";

export const imageSize = 224;

const folders: Record<string, string> = {
  runtime: path.join(projectFolder, "public", "runtime"),
  "onnxruntime-web": path.join(projectFolder, "node_modules", "onnxruntime-web", "dist"),
};
const types: Record<string, string> = {
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".html": "text/html",
};
const isolated = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/**
 * Serves the page of the comparison on this machine only: the engines' workers, the product's runtime files,
 * onnxruntime-web, and one model in both forms. The page is isolated, as the product's is.
 */
export async function serveEngines(model: { weights: Uint8Array; onnx: Uint8Array }) {
  const files: Record<string, string | Uint8Array> = {
    "/index.html": '<!doctype html><link rel="icon" href="data:,"><script src="/engine-page.js"></script>',
    "/engine-page.js": await bundleForPage("engine-page", "iife"),
    "/pneumoscope-engine.js": await bundleForPage("pneumoscope-engine"),
    "/onnxruntime-engine.js": await bundleForPage("onnxruntime-engine"),
    "/weights.safetensors": model.weights,
    "/model.onnx": model.onnx,
  };
  async function find(url: URL): Promise<string | Uint8Array | null> {
    if (url.pathname === "/image") {
      const channelsFirst = url.searchParams.get("layout") === "nchw";
      return new Uint8Array(benchImage(Number(url.searchParams.get("n")), channelsFirst).buffer);
    }
    const [, folder = "", name = ""] = url.pathname.split("/");
    const from = folders[folder];
    if (from) return readFile(path.join(from, path.basename(name))).catch(() => null);
    return files[url.pathname === "/" ? "/index.html" : url.pathname] ?? null;
  }
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const body = await find(url);
    const type = types[path.extname(url.pathname === "/" ? "index.html" : url.pathname)];
    response.writeHead(body === null ? 404 : 200, {
      ...isolated,
      "content-type": type ?? "application/octet-stream",
    });
    response.end(body ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The pictures that every engine reads: n synthetic ones, [n, 224, 224, 3] or [n, 3, 224, 224]. */
export function benchImage(n: number, channelsFirst: boolean): Float32Array<ArrayBuffer> {
  const area = imageSize * imageSize;
  const gray = new Uint8Array(n * area);
  for (let i = 0; i < n; i++) gray.set(knownAnswerInput(i + 1, imageSize), i * area);
  const channelsLast = new Float32Array(toTensor(gray, imageSize));
  if (!channelsFirst) return channelsLast;
  const planes = new Float32Array(channelsLast.length);
  for (let i = 0; i < channelsLast.length; i++) {
    const image = Math.floor(i / (3 * area));
    const pixel = Math.floor(i / 3) % area;
    planes[(image * 3 + (i % 3)) * area + pixel] = channelsLast[i] as number;
  }
  return planes;
}
