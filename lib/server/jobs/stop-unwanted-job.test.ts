import { expect, it } from "vitest";
import { runOfJob } from "./stop-unwanted-job";

it.each(["train", "evaluate-champion", "evaluate-challenger", "champion-on-0123456789ab"])(
  "knows the run of its job “%s”",
  (name) => {
    expect(runOfJob(`run-20261121-030000-0a1b2c-${name}`)).toBe("run-20261121-030000-0a1b2c");
  },
);
