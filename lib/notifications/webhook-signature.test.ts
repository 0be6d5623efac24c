import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isWebhookSecret, signWebhook, verifyWebhook } from "./webhook-signature";

const nowMs = 1_795_000_000_000;
const secret = "s".repeat(32);
const message = { id: "ntf_1", body: '{"type":"test","text":"é"}' };
const refused = expect.objectContaining({ code: "REQUEST_SIGNATURE_INVALID" });

describe("a signed webhook", () => {
  // The example of github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md and its libraries' tests.
  it("is what the reference implementation signs", () => {
    const signed = signWebhook(
      { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", body: '{"test": 2432232314}' },
      "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
      1_614_265_330_000,
    );
    expect(signed["webhook-signature"]).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  });

  it("is the documented HMAC, over UTF-8", () => {
    const headers = signWebhook(message, secret, nowMs);
    const expected = createHmac("sha256", secret)
      .update(`ntf_1.${nowMs / 1000}.${message.body}`)
      .digest("base64");
    expect(headers["webhook-signature"]).toBe(`v1,${expected}`);
  });

  it("is accepted by its receiver, also beside the signature of an older secret", () => {
    const headers = new Headers({ ...signWebhook(message, secret, nowMs) });
    expect(() => verifyWebhook(message.body, headers, secret, nowMs + 299_000)).not.toThrow();
    headers.set("webhook-signature", `v1,${"A".repeat(43)}= ${headers.get("webhook-signature")}`);
    expect(() => verifyWebhook(message.body, headers, secret, nowMs)).not.toThrow();
  });

  it("is refused when body, id, time, secret or signature differ", () => {
    const headers = (changes: object = {}) =>
      new Headers({ ...signWebhook(message, secret, nowMs), ...changes });
    const verify =
      (changes: object, body = message.body, key = secret, now = nowMs) =>
      () =>
        verifyWebhook(body, headers(changes), key, now);
    expect(verify({}, "{}")).toThrow(refused);
    expect(verify({ "webhook-id": "ntf_2" })).toThrow(refused);
    expect(verify({ "webhook-timestamp": String(nowMs / 1000 + 1) })).toThrow(refused);
    expect(verify({ "webhook-signature": "" })).toThrow(refused);
    expect(verify({}, message.body, "t".repeat(32))).toThrow(refused);
    expect(verify({}, message.body, secret, nowMs + 301_000)).toThrow(refused);
    expect(verify({}, message.body, secret, nowMs - 301_000)).toThrow(refused);
    expect(() => verifyWebhook(message.body, new Headers(), secret, nowMs)).toThrow(refused);
  });

  it("asks for a secret of 24 bytes", () => {
    expect(isWebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).toBe(true);
    expect(isWebhookSecret("whsec_not base64!")).toBe(false);
    expect(isWebhookSecret("short")).toBe(false);
  });
});
