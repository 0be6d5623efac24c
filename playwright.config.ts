import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { defineConfig } from "@playwright/test";
import { findBrowser } from "./scripts/cli/find-browser";

const port = Number(process.env.PNEUMOSCOPE_E2E_PORT ?? 4173);
// Worker processes read this file again and must find the same folder.
process.env.PNEUMOSCOPE_E2E_DATA ??= mkdtempSync(path.join(tmpdir(), "pneumoscope-e2e-"));
const dataDirectory = process.env.PNEUMOSCOPE_E2E_DATA;
process.env.PNEUMOSCOPE_DATA_DIR = dataDirectory;
// Written by e2e/serve.ts: the journeys read drawn images, which the shipped version refuses.
const baselineDirectory = `${dataDirectory}-baseline`;
process.env.PNEUMOSCOPE_BASELINE_DIR = baselineDirectory;

// Debian's Chromium calls home and asks for a sandbox that root does not have.
const browserArguments = [
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export default defineConfig({
  testDir: "e2e",
  testMatch: "*.e2e.ts",
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 20_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: "list",
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      executablePath: findBrowser() ?? undefined,
      args: browserArguments,
    },
    trace: "retain-on-failure",
    // Routes of a test would not see what a service worker answers; e2e/offline.e2e.ts allows it.
    serviceWorkers: "block",
  },
  webServer: {
    command: `"${process.execPath}" --import tsx e2e/serve.ts`,
    url: `http://127.0.0.1:${port}/api/models/current`,
    timeout: 60_000,
    gracefulShutdown: { signal: "SIGTERM", timeout: 10_000 },
    env: {
      PORT: String(port),
      PNEUMOSCOPE_DATA_DIR: dataDirectory,
      PNEUMOSCOPE_BASELINE_DIR: baselineDirectory,
      RETRAIN_CRON: "off",
      NEXT_TELEMETRY_DISABLED: "1",
    },
  },
});
