import { describe, expect, it } from "vitest";
import { signatureHeader, signRequest, timestampHeader, verifyRequest } from "./signed-request";

const secret = "s".repeat(32);
const request = { method: "POST", path: "/jobs?x=1", body: '{"kind":"train"}' };
const nowMs = 1_795_000_000_000;
const headers = signRequest(request, secret, nowMs);
const refused = expect.objectContaining({ code: "REQUEST_SIGNATURE_INVALID" });

function verify(changes: Partial<typeof request>, changedHeaders: Record<string, string> = {}, now = nowMs) {
  return () =>
    verifyRequest({ ...request, ...changes }, new Headers({ ...headers, ...changedHeaders }), secret, now);
}

describe("a signed request", () => {
  it("is the documented HMAC", async () => {
    const { createHash, createHmac } = await import("node:crypto");
    const hash = createHash("sha256").update(request.body).digest("hex");
    const expected = createHmac("sha256", secret).update(`POST\n/jobs?x=1\n${nowMs}\n${hash}`).digest("hex");
    expect(headers[signatureHeader]).toBe(expected);
  });

  it("is accepted within five minutes, in either direction of clock drift", () => {
    expect(verify({})).not.toThrow();
    expect(verify({ method: "post" })).not.toThrow();
    expect(verify({}, {}, nowMs + 299_000)).not.toThrow();
    expect(verify({}, {}, nowMs - 299_000)).not.toThrow();
    expect(verify({}, {}, nowMs + 301_000)).toThrow(refused);
    expect(verify({}, {}, nowMs - 301_000)).toThrow(refused);
  });

  it("is refused when method, path, body, time, signature or secret differ", () => {
    expect(verify({ method: "GET" })).toThrow(refused);
    expect(verify({ path: "/jobs" })).toThrow(refused);
    expect(verify({ body: "{}" })).toThrow(refused);
    expect(verify({}, { [timestampHeader]: String(nowMs + 1) })).toThrow(refused);
    expect(verify({}, { [signatureHeader]: "0".repeat(64) })).toThrow(refused);
    expect(verify({}, { [signatureHeader]: "" })).toThrow(refused);
    expect(verify({}, { [signatureHeader]: headers[signatureHeader].slice(2) })).toThrow(refused);
    expect(() => verifyRequest(request, new Headers({ ...headers }), "other", nowMs)).toThrow(refused);
    expect(() => verifyRequest(request, new Headers(), secret, nowMs)).toThrow(refused);
  });
});
