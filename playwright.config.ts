import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { defineConfig } from "@playwright/test";
import { findBrowser } from "./scripts/cli/find-browser";

// Journeys publish models, so each of the processes that run them has a server and a data folder of its own.
const lanes = [0, 1];
const ownLane = Number(process.env.TEST_PARALLEL_INDEX ?? 0);
const firstPort = Number(process.env.PNEUMOSCOPE_E2E_PORT ?? 4173);
const portOf = (lane: number) => firstPort + 10 * lane;
// Worker processes read this file again and must find the same folder.
process.env.PNEUMOSCOPE_E2E_DATA ??= mkdtempSync(path.join(tmpdir(), "pneumoscope-e2e-"));
const foldersOf = (lane: number) => ({
  PNEUMOSCOPE_DATA_DIR: path.join(process.env.PNEUMOSCOPE_E2E_DATA as string, `data-${lane}`),
  // Written by e2e/serve.ts: the journeys read drawn images, which the shipped version refuses.
  PNEUMOSCOPE_BASELINE_DIR: path.join(process.env.PNEUMOSCOPE_E2E_DATA as string, `baseline-${lane}`),
});
Object.assign(process.env, foldersOf(ownLane));

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

// Made to be looked at: what it shows is asserted in the other files.
const notForTests = process.env.PNEUMOSCOPE_SCREENS === "1" ? [] : ["screens.e2e.ts"];

export default defineConfig({
  testDir: "e2e",
  // The imitated GPU takes longest and has a browser of its own: last, it would leave one lane without work.
  projects: [
    { name: "gpu", testMatch: "gpu.e2e.ts" },
    { name: "journeys", testMatch: "*.e2e.ts", testIgnore: ["gpu.e2e.ts", ...notForTests] },
  ],
  workers: lanes.length,
  timeout: 90_000,
  expect: { timeout: 20_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: "list",
  use: {
    baseURL: `http://127.0.0.1:${portOf(ownLane)}`,
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      executablePath: findBrowser() ?? undefined,
      args: browserArguments,
    },
    screenshot: "only-on-failure",
    // Routes of a test would not see what a service worker answers; e2e/offline.e2e.ts allows it.
    serviceWorkers: "block",
  },
  webServer: lanes.map((lane) => ({
    command: `"${process.execPath}" --import tsx e2e/serve.ts`,
    url: `http://127.0.0.1:${portOf(lane)}/api/models/current`,
    timeout: 60_000,
    gracefulShutdown: { signal: "SIGTERM", timeout: 10_000 },
    env: {
      PORT: String(portOf(lane)),
      ...foldersOf(lane),
      RETRAIN_CRON: "off",
      NEXT_TELEMETRY_DISABLED: "1",
    },
  })),
});
