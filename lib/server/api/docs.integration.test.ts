import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { GET, POST } from "@/app/api/v1/[...path]/route";
import { inviteUser } from "@/lib/server/accounts/invite";
import { takeLink } from "@/lib/server/accounts/one-time-links";
import { createToken } from "@/lib/server/api-tokens/tokens";
import { closeSharedDatabase } from "@/lib/server/context";
import { type TestDeployment, withDeployment } from "@/lib/server/testing/test-deployment";

const shell = promisify(execFile);
let deployment: TestDeployment;
let server: Server;

withDeployment("file", { patients: [] }, async (made) => {
  deployment = made;
  server = createServer(async (incoming, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const url = new URL(incoming.url ?? "/", "http://127.0.0.1");
    const init = { method: incoming.method ?? "GET", headers: incoming.headers as Record<string, string> };
    const request = new Request(url, {
      ...init,
      ...(init.method === "POST" && { body: Buffer.concat(chunks) }),
    });
    const path = url.pathname.replace("/api/v1/", "").split("/");
    const answer = await (init.method === "POST" ? POST : GET)(request, {
      params: Promise.resolve({ path }),
    });
    response.writeHead(answer.status).end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await closeSharedDatabase();
});

function commandsOfDocs(): string[] {
  const text = readFileSync("docs/api.md", "utf8");
  const block = /```sh\n([\s\S]*?)```/.exec(text)?.[1] ?? "";
  return block.trim().split("\n\n");
}

it("docs/api.md: each command does what it says", async () => {
  const { db } = deployment;
  const secret = await inviteUser(db, "test", { email: "ada@example.org", role: "admin" });
  const { id } = await takeLink(db, { secret, password: "correct horse battery", name: "Ada" });
  const { token } = await createToken(db, id, { name: "docs", scopes: ["read", "administer"], days: 1 });
  const PNEUMOSCOPE = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const answers: unknown[] = [];
  for (const command of commandsOfDocs()) {
    const { stdout } = await shell("sh", ["-c", command], {
      env: { ...process.env, PNEUMOSCOPE, TOKEN: token },
    });
    answers.push(JSON.parse(stdout));
  }
  expect(answers).toEqual([
    [],
    expect.objectContaining({ email: "ada@example.org", role: "admin" }),
    [expect.objectContaining({ action: "user.invited", entityId: "ada@example.org" })],
    { secret: expect.stringMatching(/^[\w-]{43}$/) },
  ]);
});
