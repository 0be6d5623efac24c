import { readFile } from "node:fs/promises";
import type { Digest } from "@/lib/artifacts/store";
import { type ConnectedDatabase, connectDatabase } from "@/lib/node/connect-database";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import { addHeldOutImages, addScoredRun, removeHeldOutImages } from "@/lib/server/testing/scored-runs";
import { addUser, checkPage, signIn } from "./dashboard";
import { expect, openReading, test } from "./journey";

const ids = [
  "run-20261121-080000-aaaaaa",
  "run-20261121-090000-bbbbbb",
  "run-20261121-100000-cccccc",
] as const;

let database: ConnectedDatabase;
let dataset: Digest;

/** Three scored runs, and somebody who may look at them. */
test.beforeEach(async () => {
  database = await connectDatabase();
  const { db } = database;
  dataset = await addHeldOutImages({ db, store: localArtifactStore() }, 160, "compared");
  const skills = [1.6, 0.6, 1.5];
  for (const [at, id] of ids.entries()) {
    const changes = at === 1 ? ["learningRate=0.01", "schedule=constant"] : [];
    await addScoredRun({ db }, { id, dataset, images: 160, skill: skills[at] ?? 1, seed: at + 1, changes });
  }
  await addUser(db, "cora@example.org", "viewer");
});
// Its images are nowhere: what other journeys train on cannot be compared with it.
test.afterEach(async () => {
  await removeHeldOutImages(database, dataset);
  await database.close();
});

test("two runs are compared, a chart is read by keys and saved, and the reading page loads no chart library", async ({
  page,
  record,
}) => {
  await openReading(page);
  const scripts = record.requests.filter((request) => request.resourceType() === "script");
  const sources = await Promise.all(scripts.map(async (request) => (await request.response())?.text() ?? ""));
  expect(scripts.length).toBeGreaterThan(0);
  expect(sources.filter((source) => /zrender|echarts/i.test(source))).toEqual([]);

  await signIn(page, "cora@example.org", `/compare?ids=${ids[0]},run-of-nobody`);
  await expect(page.getByText("There is no run or version named run-of-nobody.")).toBeVisible();
  await expect(page.getByText("Choose at least one more.")).toBeVisible();
  await page.getByRole("button", { name: "Take out of the address" }).click();
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByLabel("Name of a run or version, or preset").fill("bbbbbb");
  await page.getByRole("button", { name: ids[1] }).click();
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(new RegExp(`ids=${ids[0]},${ids[1]}`));

  const pair = page.locator(`[data-pair="${ids[1]}"]`);
  await expect(pair).toContainText("160");
  await expect(pair).toContainText("AUC lower");
  await page.locator(`[data-model="${ids[1]}"]`).getByLabel("Baseline").check();
  await expect(page.locator(`[data-pair="${ids[0]}"]`)).toContainText("AUC higher");
  await expect(page.getByRole("region", { name: "Those that differ" })).toContainText("learningRate");

  const roc = page.getByRole("figure", { name: "ROC curves" });
  await expect(roc.locator("[data-drawn] canvas")).toBeVisible();
  const slider = roc.getByRole("slider");
  await slider.focus();
  await page.keyboard.press("End");
  await expect(slider).toHaveAttribute("aria-valuetext", /100\.0/);
  await roc.getByText("Show as table").click();
  await expect(roc.getByRole("table")).toContainText("1 − specificity");
  await roc.getByText("Show as table").click();

  const saved = async (choice: string) => {
    await roc.getByRole("button", { name: "Export ROC curves" }).click();
    const download = page.waitForEvent("download");
    await page.getByRole("menuitem", { name: choice }).click();
    const file = await download;
    return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
  };
  const svg = await saved("Drawing (SVG)");
  expect(svg.name).toBe("pneumoscope-roc-curves.svg");
  expect(svg.bytes.toString()).toContain("aaaaaa");
  const png = await saved("Picture (PNG)");
  expect(png.bytes.subarray(1, 4).toString()).toBe("PNG");
  expect(png.bytes.readUInt32BE(16)).toBe(1760);
  expect((await saved("Figures (CSV)")).bytes.toString()).toMatch(
    /^\ufeffLine,1 − specificity,sensitivity\r\n/,
  );

  await checkPage(page, "compare");
  if (process.env.PNEUMOSCOPE_SCREENS !== "1") return;
  for (const [path, name] of [
    [`/compare?ids=${ids.join(",")}`, "compare-three"],
    [`/runs/${ids[0]}`, "run-charts"],
  ] as const) {
    await page.goto(path);
    await expect(page.locator("[data-drawn]").first()).toBeVisible();
    await checkPage(page, name);
  }
});
