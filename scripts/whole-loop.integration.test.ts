import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { bundledEntry } from "@/lib/node/testing/bundled-entry";
import { encodePng } from "@/lib/testing/encode-png";
import { drawSyntheticRadiograph } from "@/lib/testing/synthetic-radiograph";

// Nothing is faked here: the commands, their own PostgreSQL, the trainer service and the shipped model.
const patients = 60;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "pneumoscope-loop-"));
  for (const [className, pneumonia] of [
    ["NORMAL", false],
    ["PNEUMONIA", true],
  ] as const) {
    await mkdir(path.join(folder, "images", className), { recursive: true });
    for (let i = 0; i < patients; i++) {
      const seed = 2 * i + (pneumonia ? 1 : 0);
      const png = encodePng(drawSyntheticRadiograph({ width: 120, height: 96, seed, pneumonia }));
      await writeFile(path.join(folder, "images", className, `patient${seed}.png`), png);
    }
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(
  script: string,
  ...parameters: string[]
): Promise<{ code: number | null; json: unknown; log: string }> {
  const child = spawn(process.execPath, [bundledEntry(`scripts/${script}`), "--json", ...parameters], {
    env: {
      ...process.env,
      PNEUMOSCOPE_DATA_DIR: path.join(folder, "data"),
      DATABASE_URL: "",
      TRAINER_URL: "",
      TRAINER_PORT: "0",
    },
  });
  let [stdout, log] = ["", ""];
  child.stdout.on("data", (chunk) => (stdout += chunk));
  child.stderr.on("data", (chunk) => (log += chunk));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, log, json: stdout.trim() ? JSON.parse(stdout.trim().split("\n").at(-1) as string) : null };
}

const outcomeSchema = z.object({
  runId: z.string(),
  status: z.string(),
  reason: z.string(),
  version: z.string().nullable(),
});

it("promotes a challenger that learned the new images, skips when nothing is new, reproduces the run, and predicts with the winner", async () => {
  const parameters = ["--data", path.join(folder, "images"), "--preset", "demo", "--set"];
  const settings = [
    "dataFraction=1",
    "epochs=3",
    "imageSize=64",
    "learningRate=0.001",
    "trainFrom=layer3",
    "batchSize=16",
  ];
  const first = await run("retrain", ...parameters, ...settings);
  expect(first.code, first.log).toBe(0);
  const promoted = outcomeSchema.parse(first.json);
  expect(promoted.status, first.log).toBe("promoted");
  expect(promoted.reason).toMatch(/AUC .* against the champion's .* over 7 readings of each image/);
  expect(first.log).toMatch(/epoch 3: train_loss/);

  const second = await run("retrain", ...parameters, ...settings);
  expect(second.code, second.log).toBe(0);
  expect(outcomeSchema.parse(second.json)).toMatchObject({
    status: "skipped",
    reason: expect.stringContaining("No new data"),
  });

  const again = await run("reproduce", promoted.runId);
  expect(again.code, again.log).toBe(0);
  expect(again.json).toMatchObject({ verdict: "same", compared: "weights", differences: [] });
  expect(JSON.stringify(again.json)).not.toContain("The record does not say");
  const svg = path.join(folder, "curves.svg");
  const curves = await run("curves", promoted.runId, "--svg", svg);
  expect(curves.json).toMatchObject([1, 2, 3].map((epoch) => ({ epoch })));
  expect(await readFile(svg, "utf8")).toContain("AUC on validation patients");
  expect((await run("reproduce", "run-0")).code).toBe(2);

  const image = path.join(folder, "images", "PNEUMONIA", "patient1.png");
  const prediction = await run("predict", image);
  expect(prediction.json).toMatchObject({ status: "ok", modelVersion: promoted.version });
  expect(promoted.version).toBe("v2");
}, 600_000);
