import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { documentDigest, evaluationDocumentSchema } from "@/lib/evaluation/document";
import { digestOfSync, signingKeyFromSeed, signManifest } from "@/lib/manifest";
import { exampleManifest } from "@/lib/manifest/manifest.fixture";
import { currentModelPointer } from "@/lib/node/current-model";
import { folderArtifactStore } from "@/lib/node/folder-artifact-store";
import { localSecrets } from "@/lib/node/secrets";
import { bundledEntry } from "@/lib/node/testing/bundled-entry";
import { useWasmBackend } from "@/lib/node/wasm-backend";
import { knownAnswerInput } from "@/lib/resnet18/known-answer";
import { createPredictor } from "@/lib/resnet18/predictor";
import { parseSafetensors, writeSafetensors } from "@/lib/safetensors/safetensors";
import { writeRadiographDicom } from "@/lib/testing/dicom/radiograph-dicom";
import { encodePng } from "@/lib/testing/encode-png";
import { randomWeights } from "@/lib/testing/random-weights";
import { drawSyntheticRadiograph } from "@/lib/testing/synthetic-radiograph";
import { projectFolder } from "./cli/project-folder";

const size = 64;
let folder: string;
let dataDirectory: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "commands-test-"));
  dataDirectory = path.join(folder, "data");
  await publishTestModel();
  for (const className of ["NORMAL", "PNEUMONIA"]) {
    mkdirSync(path.join(folder, "labelled", className), { recursive: true });
    for (let seed = 0; seed < 6; seed++) {
      const pneumonia = className === "PNEUMONIA";
      const image = drawSyntheticRadiograph({ seed, pneumonia, width: 120, height: 100 });
      writeFileSync(
        path.join(folder, "labelled", className, `person${seed}_virus_${seed}.png`),
        encodePng(image),
      );
    }
  }
  await writeStudy(path.join(folder, "study"));
  writeFileSync(path.join(folder, "empty.png"), "");
  writeFileSync(path.join(folder, "text.jpg"), "not an image");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("npm run predict", () => {
  it("prints one JSON object a line, also for files that cannot be read, and exits 1", async () => {
    const good = path.join(folder, "labelled/NORMAL/person0_virus_0.png");
    const files = [
      good,
      path.join(folder, "absent.png"),
      path.join(folder, "empty.png"),
      path.join(folder, "text.jpg"),
    ];
    const { exitCode, stdout } = await command("predict", "--json", ...files);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(exitCode).toBe(1);
    expect(lines.map(({ file }) => file)).toEqual(files);
    expect(lines.map(({ status }) => status)).toEqual(["ok", "error", "error", "error"]);
    expect(Object.keys(lines[0]).sort()).toEqual(
      [
        "cautions",
        "file",
        "label",
        "modelVersion",
        "probability",
        "reason",
        "status",
        "threshold",
        "uncertain",
      ].sort(),
    );
    expect(lines[0]).toMatchObject({ threshold: 0.42, modelVersion: "v2", reason: null });
    expect(lines[0].label).toBe(lines[0].probability >= 0.42 ? "PNEUMONIA" : "NORMAL");
    expect(lines[1].reason).toMatch(/absent\.png.*does not exist/);
    for (const line of lines.slice(1)) expect(line).toMatchObject({ label: null, probability: null });
  });

  it("refuses a photograph with its reason and without a number", async () => {
    const photograph = path.join(folder, "photograph.png");
    const colours = Buffer.from(
      Uint8Array.from({ length: 90 * 80 * 3 }, (_, i) => (i * (1 + (i % 3))) % 256),
    );
    await sharp(colours, { raw: { width: 90, height: 80, channels: 3 } })
      .png()
      .toFile(photograph);
    const { exitCode, stdout } = await command("predict", "--json", photograph);
    expect(exitCode).toBe(0);
    const line = JSON.parse(stdout);
    expect(line).toMatchObject({ status: "refused", probability: null, label: null, modelVersion: "v2" });
    expect(line.reason).toMatch(/in colour \(0\.\d\d, at most 0\.05\)/);
  });

  it("reads folders and archives, and DICOM as the picture it was made from", async () => {
    const { exitCode, stdout, stderr } = await command("predict", "--json", path.join(folder, "study"));
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const study = path.join(folder, "study");
    expect(lines.map(({ file, status }) => `${path.relative(study, file)} ${status}`)).toEqual([
      "chest.dcm ok",
      "chest.png ok",
      "chest.webp ok",
      "chest.zip/IM1 ok",
    ]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: expect.stringContaining("1 file was passed over"),
    });
    const [dicom, png, webp, zipped] = lines.map(({ probability }) => probability);
    expect(webp).toBe(png);
    expect(zipped).toBe(dicom);
    expect(Math.abs(dicom - png)).toBeLessThan(0.01);
  });

  it("prints readable lines and exits 0 when every file was read", async () => {
    const { exitCode, stdout } = await command(
      "predict",
      path.join(folder, "labelled/NORMAL/person1_virus_1.png"),
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^.*person1_virus_1\.png: (uncertain, )?(NORMAL|PNEUMONIA)( by the threshold)? \(probability 0\.\d{4}, threshold 0\.4200/,
    );
  });

  it("says why there is no prediction where the weights were tampered with", async () => {
    const tampered = path.join(folder, "tampered");
    await publishTestModel(tampered);
    const sub = path.join(tampered, "artifacts/sha256");
    const file = readdirSync(sub, { recursive: true, encoding: "utf8" }).find(
      (name) => name.length > 60,
    ) as string;
    const bytes = readFileSync(path.join(sub, file));
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
    writeFileSync(path.join(sub, file), bytes);
    const { exitCode, stdout, stderr } = await commandWith(
      { PNEUMOSCOPE_DATA_DIR: tampered },
      "predict",
      "--json",
      path.join(folder, "labelled/NORMAL/person0_virus_0.png"),
    );
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      status: "error",
      reason: expect.stringContaining("hashes to"),
    });
    expect(stderr).toContain("ARTIFACT_CORRUPT");
  });

  it("explains unknown flags, missing files and itself", async () => {
    const unknown = await command("predict", "--jsno", "x.png");
    expect(unknown.exitCode).toBe(1);
    expect(unknown.stderr).toMatch(/unknown option '--jsno'[\s\S]*--json[\s\S]*--help/);
    const none = await command("predict");
    expect(none.exitCode).toBe(1);
    expect(none.stderr).toContain("missing required argument 'file'");
    const help = await command("predict", "--help");
    expect(help.exitCode).toBe(0);
    expect(help.stdout).toContain("--json");
  });
});

describe("npm run evaluate", () => {
  it("prints every figure with its interval, and progress only on stderr", async () => {
    const html = path.join(folder, "report.html");
    const parameters = ["--json", "--html", html, "--no-robustness", path.join(folder, "labelled")];
    const { exitCode, stdout } = await command("evaluate", ...parameters);
    const report = JSON.parse(stdout);
    expect(exitCode).toBe(0);
    expect(report.refused.n + report.withoutRefused.n).toBe(report.n);
    expect(documentDigest(evaluationDocumentSchema.parse(report.document))).toBe(report.documentDigest);
    expect(readFileSync(html, "utf8")).toContain(report.documentDigest);
    expect(report).toMatchObject({ n: 12, positives: 6, modelVersion: "v2", threshold: 0.42, leftOut: [] });
    for (const name of ["auc", "accuracy", "sensitivity", "specificity", "f1", "ece"]) {
      const value = report[name];
      if (value === null) continue;
      const [low, high] = report.ci95[name];
      expect(value, name).toBeGreaterThanOrEqual(low);
      expect(value, name).toBeLessThanOrEqual(high);
    }
    expect(report.auc).not.toBeNull();
    expect(Object.keys(report.ci95)).toContain("precision");
  });

  it("names a file that cannot be read, leaves it out and exits 1", async () => {
    const labelled = path.join(folder, "one-bad");
    for (const className of ["NORMAL", "PNEUMONIA"])
      mkdirSync(path.join(labelled, className), { recursive: true });
    for (let i = 0; i < 20; i++) {
      const source = path.join(
        folder,
        "labelled",
        i % 2 ? "NORMAL" : "PNEUMONIA",
        `person${i % 6}_virus_${i % 6}.png`,
      );
      writeFileSync(path.join(labelled, i % 2 ? "NORMAL" : "PNEUMONIA", `${i}.png`), readFileSync(source));
    }
    writeFileSync(path.join(labelled, "NORMAL", "bad.jpg"), "not an image");
    const { exitCode, stdout, stderr } = await command("evaluate", "--json", labelled);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ n: 20, leftOut: [{ file: "NORMAL/bad.jpg" }] });
    expect(stderr).toMatch(/left out: NORMAL\/bad\.jpg/);
    for (const name of ["bad2.jpg", "bad3.jpg"]) writeFileSync(path.join(labelled, "NORMAL", name), "x");
    const refused = await command("evaluate", labelled);
    expect(refused).toMatchObject({ exitCode: 1, stdout: "" });
    expect(refused.stderr).toContain("DATASET_TOO_MANY_BAD_FILES");
  });

  it("refuses a missing folder and an empty class", async () => {
    const missing = await command("evaluate", path.join(folder, "nowhere"));
    expect(missing.exitCode).toBe(1);
    expect(missing.stderr).toContain("DATASET_NOT_FOUND");
    const oneClass = path.join(folder, "one-class");
    mkdirSync(path.join(oneClass, "NORMAL"), { recursive: true });
    writeFileSync(path.join(oneClass, "NORMAL", "a.png"), "x");
    const refused = await command("evaluate", oneClass);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(/DATASET_INVALID.*PNEUMONIA/);
  });
});

describe("npm run weights", () => {
  it("fetches a complete file, goes on where it was cut off, and checks it", async () => {
    const weights = writeSafetensors(randomWeights(1), "F16");
    const requests: (string | undefined)[] = [];
    const { url, server } = await serve((request, response) => {
      requests.push(request.headers.range);
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
      const length = weights.byteLength - start;
      const headers = {
        "content-length": length,
        "content-range": `bytes ${start}-${weights.byteLength - 1}/${weights.byteLength}`,
      };
      response.writeHead(start > 0 ? 206 : 200, start > 0 ? headers : { "content-length": length });
      if (start > 0) response.end(weights.subarray(start));
      else response.write(weights.subarray(0, 1_000_000), () => response.destroy());
    });
    const data = path.join(folder, "weights-data");
    const cut = await commandWith({ PNEUMOSCOPE_DATA_DIR: data }, "weights", "fetch", "--url", url);
    expect(cut.exitCode).toBe(1);
    expect(cut.stderr).toContain("NETWORK_FAILED");
    expect(readdirSync(path.join(data, "weights"))).toEqual([expect.stringMatching(/\.part$/)]);

    const whole = await commandWith({ PNEUMOSCOPE_DATA_DIR: data }, "weights", "fetch", "--url", url);
    server.close();
    expect(whole).toMatchObject({ exitCode: 0 });
    expect(whole.stdout).toContain(digestOfSync(weights));
    expect(requests[1]).toMatch(/^bytes=\d+-$/);
    expect(readdirSync(path.join(data, "weights"))).toEqual(["resnet18-imagenet.safetensors"]);
    const check = await commandWith({ PNEUMOSCOPE_DATA_DIR: data }, "weights", "check");
    expect(check).toMatchObject({ exitCode: 0, stdout: whole.stdout });
  });

  it("keeps nothing that is too large, incomplete or not there", async () => {
    const incomplete = randomWeights(1);
    incomplete.delete("layer4.0.conv1.weight");
    const bodies: Record<string, Uint8Array> = {
      "/incomplete": writeSafetensors(incomplete, "F16"),
      "/text": new TextEncoder().encode("<html>"),
    };
    const { url, server } = await serve((request, response) => {
      const body = bodies[request.url ?? ""];
      if (request.url === "/large") response.writeHead(200, { "content-length": 200_000_000 }).write("x");
      else if (body) response.end(body);
      else response.writeHead(404).end();
    });
    const data = path.join(folder, "no-weights");
    for (const [name, code] of [
      ["incomplete", "WEIGHTS_INVALID"],
      ["text", "WEIGHTS_INVALID"],
      ["large", "WEIGHTS_INVALID"],
      ["absent", "NETWORK_FAILED"],
    ]) {
      const { exitCode, stderr } = await commandWith(
        { PNEUMOSCOPE_DATA_DIR: data },
        "weights",
        "fetch",
        "--url",
        `${url}/${name}`,
      );
      expect(exitCode, name).toBe(1);
      expect(stderr, name).toContain(code);
      expect(readdirSync(path.join(data, "weights")), name).toEqual([]);
    }
    server.closeAllConnections();
    server.close();
    const check = await command("weights", "check", path.join(folder, "text.jpg"));
    expect(check).toMatchObject({ exitCode: 1 });
    expect(check.stderr).toContain("WEIGHTS_INVALID");
  });
});

interface Outcome {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

function command(name: string, ...args: string[]): Promise<Outcome> {
  return commandWith({ PNEUMOSCOPE_DATA_DIR: dataDirectory }, name, ...args);
}

function commandWith(env: Record<string, string>, name: string, ...args: string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [bundledEntry(`scripts/${name}`), ...args], {
    cwd: projectFolder,
    env: { ...process.env, TRAINER_ENGINE: "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
    });
  }
  return new Promise((resolve) => child.once("close", (exitCode) => resolve({ exitCode, ...output })));
}

/** One radiograph as PNG, WebP, DICOM and in an archive. */
async function writeStudy(study: string): Promise<void> {
  mkdirSync(study);
  const [width, height] = [120, 100];
  const image = drawSyntheticRadiograph({ seed: 3, pneumonia: true, width, height });
  const levels = Uint8Array.from(image.data, Math.round);
  const dicom = writeRadiographDicom({ width, height, data: levels });
  const picture = sharp(levels, { raw: { width, height, channels: 1 } }).toColourspace("b-w");
  const zip = new ZipWriter(new Uint8ArrayWriter());
  await zip.add("IM1", new Uint8ArrayReader(dicom));
  writeFileSync(path.join(study, "chest.dcm"), dicom);
  writeFileSync(path.join(study, "chest.png"), await picture.clone().png().toBuffer());
  writeFileSync(path.join(study, "chest.webp"), await picture.clone().webp({ lossless: true }).toBuffer());
  writeFileSync(path.join(study, "chest.zip"), await zip.close());
  writeFileSync(path.join(study, "notes"), "text");
}

/** A small random network, signed by the data directory's own key, as if this deployment had published it. */
async function publishTestModel(directory = dataDirectory): Promise<void> {
  const bytes = writeSafetensors(randomWeights(3), "F16");
  const store = folderArtifactStore(path.join(directory, "artifacts"));
  const { digest, sizeBytes } = await store.put(bytes);
  const { mean, std } = exampleManifest().preprocessing;
  await useWasmBackend();
  const predictor = createPredictor(parseSafetensors(bytes).weights, {
    views: ["identity"],
    size,
    mean,
    std,
  });
  const { logits } = await predictor.predict(knownAnswerInput(1, size), 1);
  const [logit = Number.NaN] = logits;
  predictor.dispose();
  const { manifestSigningKey } = await localSecrets(path.join(directory, "secrets.json"));
  const manifest = exampleManifest({
    preprocessing: { ...exampleManifest().preprocessing, size },
    views: ["identity"],
    knownAnswers: [{ seed: 1, size, logit }],
    weights: { digest, sizeBytes, format: "safetensors-fp16", url: `/api/models/weights/${digest}` },
  });
  const signed = signManifest(manifest, signingKeyFromSeed(manifestSigningKey));
  await store.writePointer(currentModelPointer, JSON.stringify(signed));
}

async function serve(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ url: string; server: Server }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}
