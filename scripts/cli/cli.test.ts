import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { findBrowser } from "./find-browser";
import { requireNodeVersion } from "./node-version";
import { isPortFree, parsePort } from "./ports";
import { countPlaywright, countVitest } from "./test-report";

describe("Node's version", () => {
  it.each(["20.19.0", "20.20.2", "22.0.0", "24.3.1"])("accepts %s", (version) => {
    expect(() => requireNodeVersion(version)).not.toThrow();
  });

  it.each(["18.20.8", "20.18.3"])("refuses %s and says what is needed", (version) => {
    expect(() => requireNodeVersion(version)).toThrow(/>=20\.19/);
  });
});

describe("ports", () => {
  it.each(["0", "65536", "http", "80.5", ""])("refuses “%s”", (text) => {
    expect(() => parsePort(text, "PORT")).toThrow(/PORT/);
  });

  it("tells a taken port from a free one", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    expect(await isPortFree(port, "127.0.0.1")).toBe(false);
    await new Promise((resolve) => server.close(resolve));
    expect(await isPortFree(port, "127.0.0.1")).toBe(true);
  });
});

describe("the tests' browser", () => {
  it("is CHROMIUM_PATH where that is set, and an error where it is wrong", () => {
    expect(findBrowser({ CHROMIUM_PATH: process.execPath })).toBe(process.execPath);
    expect(() => findBrowser({ CHROMIUM_PATH: "/nowhere/chromium" })).toThrow(/\/nowhere\/chromium/);
  });

  it("is found on the PATH", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "browser-"));
    const browser = path.join(folder, "chromium");
    writeFileSync(browser, "#!/bin/sh\n", { mode: 0o755 });
    expect(findBrowser({ PATH: folder })).toBe(browser);
    rmSync(folder, { recursive: true });
  });
});

describe("test counts", () => {
  it("counts a test file that did not load as a failure", () => {
    const report = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numFailedTestSuites: 1 };
    expect(countVitest(report)).toEqual({ passed: 3, failed: 1, skipped: 1 });
  });

  it("reads Playwright's", () => {
    const stats = { expected: 5, unexpected: 2, flaky: 1, skipped: 3 };
    expect(countPlaywright({ stats })).toEqual({ passed: 6, failed: 2, skipped: 3 });
  });

  it("refuses a report of another shape", () => {
    expect(() => countVitest({})).toThrow();
  });
});
