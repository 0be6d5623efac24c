import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL(".", import.meta.url));
const exclude = ["node_modules/**", ".next/**", "data/**", "e2e/**"];

export default defineConfig({
  resolve: { alias: { "@": root } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          testTimeout: 30_000,
          maxWorkers: "100%",
          // A third of the time would go into loading the same modules again for each file.
          isolate: false,
          include: ["**/*.test.{ts,tsx}"],
          exclude: [...exclude, "**/*.integration.test.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          globalSetup: "lib/server/testing/test-server.ts",
          include: ["**/*.integration.test.ts"],
          exclude,
          testTimeout: 180_000,
          hookTimeout: 120_000,
          // Much of the time goes into waiting for processes; each file has its own folders, ports and databases.
          maxWorkers: 3,
        },
      },
    ],
  },
});
