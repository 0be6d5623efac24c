import { expect, it } from "vitest";
import { isConcerned } from "./concerned-queries";

const key = (path: string, input?: unknown) => [path.split("."), { input, type: "query" }];

it.each([
  ["runs.list", undefined, true],
  ["runs.list", { state: "failed" }, true],
  ["runs.get", { id: "run-1" }, true],
  ["runs.logs", { runId: "run-1" }, true],
  ["runs.get", { id: "run-2" }, false],
  ["runs.logs", { runId: "run-2" }, false],
  ["overview.get", undefined, true],
  ["compare.runs", { ids: ["run-2", "run-1"] }, true],
  ["data.list", undefined, false],
  ["accounts.me", undefined, false],
])("an epoch of run-1 and %s %o: %s", (path, input, expected) => {
  expect(isConcerned(key(path, input), { kind: "epoch", id: "run-1" })).toBe(expected);
});

it("asks for everything that may have changed after a gap, and for nothing else", () => {
  expect(isConcerned(key("runs.get", { id: "run-2" }), "resync")).toBe(true);
  expect(isConcerned(key("data.list"), "resync")).toBe(true);
  expect(isConcerned(key("accounts.me"), "resync")).toBe(false);
  expect(isConcerned(["something", "else"], "resync")).toBe(false);
});
