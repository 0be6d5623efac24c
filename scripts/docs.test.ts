import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { projectFolder } from "./cli/project-folder";

const documents = [
  "README.md",
  "ARCHITECTURE.md",
  "CHANGELOG.md",
  ...readdirSync(path.join(projectFolder, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => path.join("docs", name)),
];
const read = (file: string) => readFileSync(path.join(projectFolder, file), "utf8");
const { scripts } = JSON.parse(read("package.json"));

describe.each(documents)("%s", (file) => {
  const text = read(file);

  it("links to files that exist", () => {
    const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(
      ([, link]) => link as string,
    );
    const missing = links.filter((link) => !existsSync(path.join(projectFolder, path.dirname(file), link)));
    expect(missing).toEqual([]);
  });

  it("names commands that exist", () => {
    const named = [...text.matchAll(/npm run ([a-z][a-z:-]*)/g)].map(([, name]) => name as string);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

describe("the README's configuration table", () => {
  const rows = read("README.md").match(/^\| `[A-Z_]+`.*$/gm) ?? [];
  const named = rows.flatMap((row) => (row.split("|")[1] ?? "").match(/[A-Z][A-Z_]{3,}/g) ?? []);
  const source = ["lib", "trainer", "scripts", "app"].flatMap(listSources).map(read).join("\n");

  it("names variables that the code reads", () => {
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter((name) => !source.includes(name))).toEqual([]);
  });
});

describe("compose.yaml", () => {
  const compose = read("compose.yaml");

  it("requires only variables that .env.example has", () => {
    const required = [...compose.matchAll(/\$\{([A-Z_]+):\?/g)].map(([, name]) => name as string);
    const example = read(".env.example");
    expect(required.length).toBeGreaterThan(0);
    expect(required.filter((name) => !new RegExp(`^${name}=`, "m").test(example))).toEqual([]);
  });

  it("builds from Dockerfiles and targets that exist", () => {
    for (const [, file] of compose.matchAll(/dockerfile: (\S+)/g))
      expect(existsSync(path.join(projectFolder, file as string))).toBe(true);
    for (const [, target] of compose.matchAll(/target: (\S+)/g)) {
      expect(read("Dockerfile.trainer")).toMatch(new RegExp(`^FROM .* AS ${target}$`, "m"));
    }
  });
});

describe.each(["Dockerfile.web", "Dockerfile.trainer"])("%s", (file) => {
  it("starts and copies what exists", () => {
    const text = read(file);
    const started = [...text.matchAll(/"((?:scripts|trainer)\/[^"]+)"/g)].map(([, name]) => name as string);
    const copied = [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names]) =>
      (names as string).split(" "),
    );
    expect(started.length).toBeGreaterThan(0);
    expect([...started, ...copied].filter((name) => !existsSync(path.join(projectFolder, name)))).toEqual([]);
  });
});

describe("Procfile", () => {
  it("names commands that exist", () => {
    const named = [...read("Procfile").matchAll(/npm (?:run )?([a-z:]+)/g)].map(([, name]) => name as string);
    expect(named).toEqual(["db:migrate", "start"]);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

function listSources(folder: string): string[] {
  return readdirSync(path.join(projectFolder, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes(".test.") && !name.includes("node_modules"))
    .map((name) => path.join(folder, name));
}
