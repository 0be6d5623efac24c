import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const biome = fileURLToPath(new URL("../node_modules/@biomejs/biome/bin/biome", import.meta.url));

type Case = [file: string, source: string, wayOut: string];

const refused: Case[] = [
  ["lib/metrics/auc.ts", "node:fs", "lib/node"],
  ["lib/resnet18/forward.ts", "react", "lib/browser"],
  ["lib/promotion/decide.ts", "drizzle-orm", "lib/server"],
  ["lib/dataset/listing.ts", "@/lib/node/data-directory", "Pass the value"],
  ["lib/dataset/listing.ts", "../node/data-directory", "Pass the value"],
  ["lib/manifest/schema.ts", "next/headers", "routes in app"],
  ["lib/xray/decode-image.ts", "@tensorflow/tfjs-core", "lib/resnet18"],
  ["lib/prediction/interpret.ts", "fast-png", "decodeImage"],
  ["trainer/data/load.ts", "@cornerstonejs/codec-libjpeg-turbo-8bit", "decodeImage"],
  ["lib/browser/predict/session.ts", "@trpc/client", "never leave the tab"],
  ["lib/browser/predict/session.ts", "../trpc", "never leave the tab"],
  ["lib/report/write-pdf.ts", "node:fs", "lib/node"],
  ["lib/report/case-report.ts", "@/components/ui/format", "Pass the value"],
  ["lib/browser/report/make-report.ts", "@trpc/client", "never leave the tab"],
  ["components/predict/result.tsx", "@/lib/server/context", "lib/browser"],
  ["components/predict/result.tsx", "@/lib/node/secrets", "lib/browser"],
  ["trainer/train.ts", "@/lib/server/env", "HTTP"],
  ["trainer/train.ts", "@/components/ui/button", "HTTP"],
  ["lib/node/current-model.ts", "@/lib/server/env", "below"],
  ["lib/server/jobs/retrain.ts", "@/trainer/train", "trainer-client"],
  ["app/page.tsx", "@/trainer/queue", "trainer-client"],
];

const allowed: [file: string, source: string][] = [
  ["lib/xray/decode-image.ts", "fast-png"],
  ["lib/metrics/auc.test.ts", "node:fs"],
  ["lib/resnet18/forward.ts", "@tensorflow/tfjs-core"],
  ["lib/browser/predict/session.ts", "@/lib/manifest"],
  ["lib/browser/trpc.tsx", "@trpc/client"],
  ["components/predict/result.tsx", "@/lib/browser/trpc"],
  ["trainer/train.ts", "@/lib/node/write-file"],
  ["lib/server/jobs/retrain.ts", "@/lib/promotion/decide"],
];

let folder: string;
let diagnostics: { file: string; message: string }[];

/** A folder with one file per case and the project's own configuration, linted once. */
beforeAll(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), "import-rules-")));
  const config = JSON.parse(readFileSync(path.join(root, "biome.json"), "utf8"));
  writeFileSync(path.join(folder, "biome.json"), JSON.stringify({ ...config, vcs: { enabled: false } }));
  for (const [index, [file, source]] of [...refused, ...allowed].entries()) {
    const target = path.join(folder, caseFile(file, index));
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, `import * as it from "${source}";\n\nexport { it };\n`);
  }
  const { stdout } = spawnSync(
    process.execPath,
    [biome, "lint", "--only=style/noRestrictedImports", "--reporter=github", "--max-diagnostics=none", "."],
    { cwd: folder, encoding: "utf8" },
  );
  diagnostics = [...stdout.matchAll(/^::error .*file=([^,]+),.*::(.*)$/gm)].map(
    ([, file = "", message = ""]) => ({
      file,
      message,
    }),
  );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Two cases may be about one file: each gets its own copy, "0-name.ts", in the same folder. */
function caseFile(file: string, index: number): string {
  return path.join(path.dirname(file), `${index}-${path.basename(file)}`);
}

function diagnosticOf(file: string, index: number): string | undefined {
  return diagnostics.find(
    (diagnostic) => path.relative(folder, path.resolve(folder, diagnostic.file)) === caseFile(file, index),
  )?.message;
}

describe("import directions", () => {
  it.each(refused.map((row, index) => ({ row, index })))("$row.0 may not import $row.1", ({ row, index }) => {
    expect(diagnosticOf(row[0], index) ?? "nothing was reported").toContain(row[2]);
  });

  it.each(allowed.map((row, index) => ({ row, index })))("$row.0 may import $row.1", ({ row, index }) => {
    expect(diagnosticOf(row[0], refused.length + index)).toBeUndefined();
  });
});
