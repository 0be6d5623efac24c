import { readFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import path from "node:path";
import { type Browser, chromium } from "@playwright/test";
import { InvalidArgumentError, Option } from "commander";
import { describeError } from "@/lib/errors";
import { baselineFolder } from "@/lib/node/current-model";
import { exportOnnx } from "@/lib/resnet18/onnx";
import { parseSafetensors } from "@/lib/safetensors/safetensors";
import { compareForward, type ForwardComparison } from "./bench/forward";
import { benchRadiographs } from "./bench/radiographs";
import { type BenchResult, readable, targetsOf } from "./bench/report";
import { serveProduct } from "./bench/serve-product";
import { measureProduct, type ProductFigures } from "./bench/visit";
import { buildIfChanged } from "./cli/build-if-changed";
import { findOrInstallBrowser } from "./cli/find-browser";
import { enterProjectFolder, resolveTyped } from "./cli/project-folder";
import { newCommand, runCommand } from "./cli/run-command";

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("It is a whole number from 1.");
}

interface Options {
  runs: number;
  quick?: boolean;
  json?: boolean;
  only?: "forward" | "product";
  file?: string[];
}

const command = newCommand(
  "bench",
  "Measure the built product in a real browser, beside onnxruntime-web and onnxruntime-node on the same weights.",
)
  .option("--runs <n>", "rounds of the comparison; visits are a third as many", wholeNumber, 12)
  .option("--quick", "three rounds and one visit: whether it runs, not how fast")
  .addOption(new Option("--only <part>", "the comparison, or the pages").choices(["forward", "product"]))
  .option("--file <path...>", "radiographs to read, instead of a drawn one")
  .option("--json", "print one JSON object")
  .addHelpText(
    "after",
    "\nAn idle machine is needed: timings are compared round by round, which bears a little load, not a lot.\nThe exit code is 0 when every target is met, and 2 otherwise.",
  )
  .parse();

const say = (line: string) => process.stderr.write(`${line}\n`);
const flags = [
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const withoutGpu = ["--disable-gpu"];
const withGpu = ["--enable-unsafe-webgpu", "--enable-features=Vulkan", "--ignore-gpu-blocklist"];

await runCommand(async () => {
  const options = command.opts<Options>();
  const files = options.file?.map(resolveTyped);
  enterProjectFolder();
  const rounds = options.quick ? 3 : options.runs;
  const [loadBefore = 0] = loadavg();
  await buildIfChanged({ onBuild: () => say("building the pages") });
  const executablePath = findOrInstallBrowser(say);
  const open = (more: string[]) => chromium.launch({ executablePath, args: [...flags, ...more] });

  const browser = await open(withoutGpu);
  let result: BenchResult;
  try {
    const forward =
      options.only === "product" ? null : await benchForward(browser, () => open(withGpu), rounds);
    const product = options.only === "forward" ? null : await benchProduct(browser, files, rounds);
    result = {
      machine: `${cpus()[0]?.model.trim() ?? "processor"}, ${cpus().length} cores, Node ${process.versions.node}`,
      browser: `Chromium ${browser.version()}`,
      loadBefore,
      forward: forward?.comparisons ?? [],
      notMeasured: forward?.notMeasured ?? [],
      product,
    };
  } finally {
    await browser.close();
  }
  const targets = targetsOf(result);
  process.stdout.write(options.json ? `${JSON.stringify({ ...result, targets })}\n` : readable(result));
  return targets.every(({ value, atMost }) => value <= atMost) ? 0 : 2;
});

async function benchForward(browser: Browser, openWithGpu: () => Promise<Browser>, rounds: number) {
  const weights = await readFile(path.join(baselineFolder(), "weights.safetensors"));
  const onnx = exportOnnx(parseSafetensors(weights).weights);
  const common = { weights, onnx, batches: [1, 2], rounds, say };
  const comparisons: ForwardComparison[] = await compareForward(browser, {
    ...common,
    on: "wasm",
    threadCounts: [1, 2],
  });
  const notMeasured: string[] = [];
  const gpuBrowser = await openWithGpu();
  try {
    comparisons.push(...(await compareForward(gpuBrowser, { ...common, on: "webgpu", threadCounts: [] })));
  } catch (error) {
    notMeasured.push(`webgpu: ${describeError(error)}`);
  } finally {
    await gpuBrowser.close();
  }
  return { comparisons, notMeasured };
}

async function benchProduct(
  browser: Browser,
  files: string[] | undefined,
  rounds: number,
): Promise<ProductFigures> {
  const server = await serveProduct();
  const radiographs = await benchRadiographs();
  try {
    return await measureProduct(browser, {
      url: server.url,
      files: files ?? radiographs.files,
      visits: Math.max(1, Math.round(rounds / 3)),
      readings: rounds,
      say,
    });
  } finally {
    await radiographs.remove();
    await server.stop();
  }
}
