import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const root = fileURLToPath(new URL(".", import.meta.url));
const exclude = ["node_modules/**", ".next/**", "data/**", "e2e/**"];

const longest = [
  "scripts/up.",
  "scripts/whole-loop.",
  "trainer/train.",
  "trainer/trainer.",
  "scripts/commands.",
];

/** Last, they would run while the other worker has nothing left to do. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = longest.findIndex((part) => moduleId.includes(`/${part}`));
      return at === -1 ? longest.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  resolve: { alias: { "@": root } },
  test: {
    sequence: { sequencer: LongestFirst },
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
          globalSetup: ["lib/node/testing/bundled-entries.ts", "lib/server/testing/test-server.ts"],
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
