import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { isFromElsewhere } from "@/lib/server/trpc/is-from-elsewhere";
import { askedAt, trustedProxies } from "./asked-at";
import { notePeerAddresses, peerAddress } from "./peer-address";

const headers = (entries: Record<string, string>) => new Headers({ host: "here.example", ...entries });

describe("where a request comes from", () => {
  const forged = {
    "x-forwarded-for": "198.51.100.9, 203.0.113.7",
    "x-forwarded-host": "front.example",
    "x-forwarded-proto": "https",
  };

  it("is not what a client says, where no proxy of ours stands in front", () => {
    expect(askedAt(headers(forged), {})).toEqual({
      address: "unknown",
      host: "here.example",
      isHttps: false,
    });
  });

  it("is what our own proxies say, counted from the end", () => {
    const { address, host, isHttps } = askedAt(headers(forged), { TRUSTED_PROXIES: "1" });
    expect([address, host, isHttps]).toEqual(["198.51.100.9", "front.example", true]);
    const longer = { "x-forwarded-for": "10.9.9.9, 198.51.100.9:4711, 203.0.113.7, 203.0.113.8" };
    expect(askedAt(headers(longer), { TRUSTED_PROXIES: "2" }).address).toBe("198.51.100.9");
  });

  it("is read from the connection itself, whatever headers say", async () => {
    notePeerAddresses();
    const server = createServer((request, response) => {
      const seen = new Headers(request.headers as Record<string, string>);
      response.end(
        `${peerAddress(seen)} ${askedAt(seen, {}).address} ${askedAt(seen, { TRUSTED_PROXIES: "1" }).address}`,
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const answer = await fetch(`http://127.0.0.1:${port}`, {
      headers: { "x-forwarded-for": "6.6.6.6, 192.0.2.4" },
    });
    expect(await answer.text()).toBe("127.0.0.1 127.0.0.1 192.0.2.4");
    server.close();
  });

  it("follows NEXTAUTH_URL before any header", () => {
    const env = { TRUSTED_PROXIES: "1", NEXTAUTH_URL: "https://pages.example/" };
    expect(askedAt(headers(forged), env)).toMatchObject({ host: "pages.example", isHttps: true });
  });

  it.each(["x", "-1", "10", "1.5"])("TRUSTED_PROXIES=%s is refused", (given) => {
    expect(() => trustedProxies({ TRUSTED_PROXIES: given })).toThrow("TRUSTED_PROXIES");
  });
});

describe("another site's page", () => {
  const from = (entries: Record<string, string>, method = "POST") =>
    isFromElsewhere(new Request("http://x.example/api", { method, headers: headers(entries) }));

  it.each([
    [{ origin: "http://here.example" }, false],
    [{}, false],
    [{ origin: "https://elsewhere.example" }, true],
    [{ origin: "https://elsewhere.example", "x-forwarded-host": "elsewhere.example" }, true],
    [{ origin: "null" }, true],
    [{ "sec-fetch-site": "cross-site" }, true],
    [{ "sec-fetch-site": "same-site", origin: "http://here.example" }, true],
    [{ "sec-fetch-site": "same-origin", origin: "http://here.example" }, false],
  ])("%o", (entries, expected) => {
    expect(from(entries as Record<string, string>)).toBe(expected);
  });

  it("may look at what only reads, which its scripts cannot see", () => {
    expect(from({ origin: "https://elsewhere.example" }, "GET")).toBe(false);
  });
});
