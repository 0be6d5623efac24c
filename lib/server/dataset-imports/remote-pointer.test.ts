import { expect, it } from "vitest";
import { readServerEnv } from "@/lib/server/env";
import { configuredPointer, configuredRemotes } from "./remote-pointer";

const env = (source: Record<string, string>) => readServerEnv(source);

it("makes a configured remote's address from a name, and from nothing else", () => {
  const remote = env({ DATA_REMOTE: "s3://bucket/prefix/" });
  expect(configuredPointer(remote, { remoteName: "xrays" })).toBe("s3://bucket/prefix/xrays.dvc");
  expect(configuredPointer(remote, { remoteName: "xrays.dvc" })).toBe("s3://bucket/prefix/xrays.dvc");
  expect(configuredPointer(env({ DATA_REMOTE: "/srv/data" }), { remoteName: "a.b" })).toBe(
    "/srv/data/a.b.dvc",
  );
  for (const remoteName of [
    "",
    ".",
    "..",
    "../other",
    "a/b",
    "a\\b",
    "http://169.254.169.254/latest",
    "//host/x",
    "a?b",
    "a#b",
    "a%2fb",
    "x".repeat(101),
  ])
    expect(() => configuredPointer(remote, { remoteName }), remoteName).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID" }),
    );
});

it("offers what the daily run looks at where that is a .dvc file", () => {
  const daily = env({ RETRAIN_DATA: "https://data.example/xrays.dvc" });
  expect(configuredRemotes(daily)).toEqual({
    remote: null,
    retrainPointer: "https://data.example/xrays.dvc",
  });
  expect(configuredPointer(daily, "RETRAIN_DATA")).toBe("https://data.example/xrays.dvc");
  expect(configuredRemotes(env({}))).toEqual({ remote: null, retrainPointer: null });
  for (const named of ["RETRAIN_DATA", { remoteName: "xrays" }] as const)
    expect(() => configuredPointer(env({}), named)).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID" }),
    );
});
