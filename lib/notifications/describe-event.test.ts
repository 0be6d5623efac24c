import { describe, expect, it } from "vitest";
import { type DescribableEvent, describeEvent, withoutPaths } from "./describe-event";

const decision = {
  rules: [
    { rule: "same-cases", status: "passed", blocks: false, detail: "The same 100 images." },
    { rule: "auc-better", status: "failed", blocks: true, detail: "AUC 0.91 against 0.95." },
  ],
  aucDifference: { champion: 0.95, challenger: 0.91 },
};

function event(changes: Partial<DescribableEvent>): DescribableEvent {
  return { action: "", actor: "schedule", entityId: "run-1", details: {}, ...changes };
}

const failed = (errorCode: string, reason: string) =>
  describeEvent(event({ action: "training_run.failed", details: { errorCode, reason } }));

describe("describeEvent", () => {
  it("names what was promoted and what it replaces", () => {
    const content = describeEvent(
      event({
        action: "model_version.published",
        entityId: "v4",
        details: { previousVersion: "v3", runId: "run-1" },
        decision,
      }),
    );
    expect(content).toMatchObject({ kind: "promoted", title: "Model version v4 was promoted" });
    expect(content?.facts).toContainEqual({ name: "replaces", value: "v3" });
    expect(content?.facts).toContainEqual({ name: "AUC of the challenger", value: "0.9100" });
  });

  it("names the failed rule of a rejection, and only the rules that failed", () => {
    const content = describeEvent(event({ action: "model_version.kept", decision }));
    expect(content).toMatchObject({ kind: "rejected", title: "A challenger was rejected by auc-better" });
    expect(content?.text).toBe("auc-better failed: AUC 0.91 against 0.95.");
  });

  it.each([
    ["model_version.review_requested", "review-waiting"],
    ["model_version.rejected", "review-closed"],
    ["model_version.rolled_back", "rolled-back"],
    ["model_version.revoked", "revoked"],
    ["signing_key.rotated", "key-changed"],
    ["signing_key.distrusted", "key-changed"],
  ])("tells %s as %s, with its reason", (action, kind) => {
    const content = describeEvent(event({ action, details: { reason: "a reason", note: "a reason" } }));
    expect(content?.kind).toBe(kind);
    if (kind !== "review-waiting") expect(content?.text).toBe("a reason");
  });

  it("tells of drift with its figures, and not where it ends", () => {
    const details = { psi: "0.412", ks: "0.210", results: "530", until: "2026-11-21" };
    const content = describeEvent(event({ action: "model_version.drifted", entityId: "v7", details }));
    expect(content).toMatchObject({
      kind: "drift",
      severity: "warning",
      title: "Probabilities of model version v7 have drifted",
    });
    expect(content?.facts).toContainEqual({ name: "PSI", value: "0.412" });
    expect(describeEvent(event({ action: "model_version.drift_ended", entityId: "v7", details }))).toBeNull();
  });

  it.each([
    "training_run.started",
    "training_run.succeeded",
    "model_version.registered",
    "model_version.approved",
    "something.else",
  ])("tells nothing of %s", (action) => {
    expect(describeEvent(event({ action }))).toBeNull();
  });

  it("tells skipped runs of the schedule", () => {
    const skipped = event({ action: "training_run.skipped", skippedInARow: 7 });
    expect(describeEvent(skipped)).toMatchObject({ kind: "skipped", skippedInARow: 7 });
    expect(describeEvent({ ...skipped, actor: "command" })).toBeNull();
  });

  it("tells of a report's errors and warnings by rule and count, never by its messages", () => {
    const checked = (...levels: string[]) =>
      describeEvent(
        event({
          action: "dataset_version.checked",
          entityId: "sha256:aa",
          details: {
            problems: levels.map((level) => ({ level, rule: "blank", count: 2, message: "DOE^JANE.dcm" })),
          },
        }),
      );
    expect(checked()).toBeNull();
    expect(checked("note")).toBeNull();
    expect(checked("note", "warning")).toMatchObject({ kind: "data-problem", severity: "warning" });
    expect(checked("warning", "error")).toMatchObject({
      severity: "error",
      text: "warning: blank (2)\nerror: blank (2)",
    });
    expect(JSON.stringify(checked("error"))).not.toContain("DOE");
  });

  it("never passes on names of files, which can be names of patients", () => {
    const data = failed("DATASET_TOO_MANY_BAD_FILES", "/inbox: DOE JANE 1970.dcm: truncated");
    expect(data?.kind).toBe("data-problem");
    expect(JSON.stringify(data)).not.toMatch(/DOE|JANE|inbox/);
    const other = failed(
      "UNKNOWN",
      "ENOENT: no such file, open '/in box/DOE JANE.dcm' or DOE^JANE.dcm or C:\\x\\DOE",
    );
    expect(other?.kind).toBe("failed");
    expect(JSON.stringify(other)).not.toMatch(/DOE|JANE/);
    expect(withoutPaths("The trainer at http://10.0.0.1:7461/jobs gave 1/2")).toBe(
      "The trainer at http://10.0.0.1:7461/jobs gave 1/2",
    );
  });

  it("sees two failures for the same reason as the same, and others not", () => {
    const print = (reason: string) => failed("TRAINER_JOB_FAILED", reason)?.fingerprint;
    expect(print("job run-20261121-aa01 at 3 s")).toBe(print("job run-20261122-bb02 at 9 s"));
    expect(print("no memory")).not.toBe(print("no disk"));
  });

  it("makes one line of a title, without control characters, and keeps to the limits", () => {
    const content = describeEvent(
      event({
        action: "model_version.rolled_back",
        entityId: `v1\r\nBcc: x\u202e${"y".repeat(500)}`,
        details: { reason: "z".repeat(9000) },
      }),
    );
    expect(content?.title).toMatch(/^[^\r\n\u202e]{1,200}$/);
    expect(content?.text.length).toBeLessThanOrEqual(3000);
  });
});
