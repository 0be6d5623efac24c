import { spawn } from "node:child_process";
import { expect, it } from "vitest";
import { auditEvents } from "@/drizzle/schema";
import { bundledEntry } from "@/lib/node/testing/bundled-entry";
import { registerBaseline } from "@/lib/server/model-versions/register-baseline";
import { type TestDeployment, withDeployment } from "@/lib/server/testing/test-deployment";
import { projectFolder } from "./cli/project-folder";

let deployment: TestDeployment;

withDeployment("file", { patients: [] }, async (made) => {
  deployment = made;
  await registerBaseline(deployment.db, deployment.store);
});

/** The environment names the test's database and data folder. */
function command(script: string, ...args: string[]) {
  const child = spawn(process.execPath, [bundledEntry(`scripts/${script}`), ...args], { cwd: projectFolder });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (part) => {
    stdout += part;
  });
  child.stderr.on("data", (part) => {
    stderr += part;
  });
  return new Promise<{ exitCode: number | null; stdout: string; stderr: string }>((resolve) =>
    child.on("close", (exitCode) => resolve({ exitCode, stdout, stderr })),
  );
}

it("npm run models revokes in a person's name, and npm run predict then refuses", async () => {
  const nameless = await command("models", "revoke", "v1", "--reason", "mislabelled");
  expect([nameless.exitCode, nameless.stderr]).toEqual([1, expect.stringContaining("--by")]);
  const person = ["--by", "ada", "--reason", "mislabelled"];
  const revoked = await command("models", "revoke", "v1", ...person, "--no-successor", "--json");
  expect(JSON.parse(revoked.stdout)).toEqual({ revoked: ["v1"], successor: null });
  expect(await deployment.db.select().from(auditEvents)).toContainEqual(
    expect.objectContaining({ action: "model_version.revoked", actor: "ada" }),
  );
  const [verified, predicted] = await Promise.all([
    command("models", "verify", "--json"),
    command("predict", "--json", "README.md"),
  ]);
  expect([verified.exitCode, JSON.parse(verified.stdout)]).toMatchObject([0, { ok: true }]);
  expect(predicted.exitCode).toBe(1);
  expect(JSON.parse(predicted.stdout)).toMatchObject({
    status: "error",
    reason: expect.stringMatching(/v1 was revoked .* mislabelled/),
  });
});
