import { expect, it } from "vitest";
import { createChangeLog } from "./change-log";
import { parseChange } from "./changes";

it("reads a notification of the database, and refuses what is none of ours", () => {
  expect(parseChange("run 812 run-1 with spaces")).toEqual({
    kind: "run",
    serial: "812",
    id: "run-1 with spaces",
  });
  expect(parseChange("session 812 abc")).toMatchObject({ kind: "session" });
  for (const text of ["", "run", "run 812", "run x y", "gossip 812 id", "run 8\n id"])
    expect(parseChange(text)).toBeNull();
});

it("knows what came from a transaction on, and that it does not know what was before it began", () => {
  const log = createChangeLog(2);
  const change = (serial: string, id: string) => ({ kind: "run" as const, serial, id });
  expect(log.from("1")).toBeNull();
  for (const [serial, id] of [
    ["5", "a"],
    ["3", "b"],
    ["3", "c"],
    ["9", "d"],
  ] as const)
    log.add(change(serial, id));
  expect(log.from("3")?.map(({ id }) => id)).toEqual(["b", "c", "d"]);
  log.add(change("10", "e"));
  expect(log.from("3")).toBeNull();
  expect(log.from("9")?.map(({ id }) => id)).toEqual(["d", "e"]);
  log.clear();
  expect(log.from("9")).toBeNull();
});
