import { PneumoscopeError } from "@/lib/errors";
import { peerAddress } from "./peer-address";

/** Where a request comes from and which address it was sent to, as far as that can be believed. */
export interface AskedAt {
  /** Of whoever asks; "unknown" where nobody trustworthy says. */
  address: string;
  /** Host and port in the browser's address bar. */
  host: string;
  isHttps: boolean;
}

type Env = Record<string, string | undefined>;

/** So many proxies of ours stand in front, each of which adds to x-forwarded-for. @throws CONFIG_INVALID */
export function trustedProxies(env: Env = process.env): number {
  const given = env.TRUSTED_PROXIES?.trim();
  // Both stand in front of every request, and say where it came from.
  if (!given) return env.VERCEL || env.DYNO ? 1 : 0;
  if (/^\d$/.test(given)) return Number(given);
  throw new PneumoscopeError("CONFIG_INVALID", "TRUSTED_PROXIES must be a number from 0 to 9.");
}

/**
 * Each proxy adds the address that it was asked from at the end of x-forwarded-for; what stands before our own proxies'
 * entries was sent by the client and may say anything. Without proxies of ours nothing that was forwarded counts.
 */
export function askedAt(headers: Headers, env: Env = process.env): AskedAt {
  const proxies = trustedProxies(env);
  const chain = [...listOf(headers, "x-forwarded-for"), peerAddress(headers) ?? ""].filter(Boolean);
  const own = ownAddress(env);
  const host = headers.get("host") ?? "";
  const address = withoutPort(chain[Math.max(0, chain.length - 1 - proxies)] ?? "") || "unknown";
  if (proxies === 0)
    return {
      address: peerAddress(headers) ?? "unknown",
      host: own?.host ?? host,
      isHttps: own?.protocol === "https:",
    };
  return {
    address,
    host: own?.host ?? listOf(headers, "x-forwarded-host").at(-1) ?? host,
    isHttps: own ? own.protocol === "https:" : listOf(headers, "x-forwarded-proto").at(-1) === "https",
  };
}

function listOf(headers: Headers, name: string): string[] {
  return (headers.get(name) ?? "").split(",").flatMap((part) => part.trim() || []);
}

/** Some proxies add the port: "192.0.2.1:5123", "[2001:db8::1]:5123". */
function withoutPort(address: string): string {
  return (/^\[([^\]]+)\]/.exec(address)?.[1] ?? /^([\d.]+):\d+$/.exec(address)?.[1] ?? address).slice(0, 100);
}

/** NEXTAUTH_URL, where an operator says which address the pages have. */
export function ownAddress(env: Env = process.env): URL | null {
  return env.NEXTAUTH_URL && URL.canParse(env.NEXTAUTH_URL) ? new URL(env.NEXTAUTH_URL) : null;
}
