import { randomBytes } from "node:crypto";
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";

const ipv4InIpv6 = /^::ffff:(?=[\d.]+$)/;

interface StartedRequest {
  request: IncomingMessage;
}

// Next bundles this module into several routes; the name must be one.
const shared = globalThis as typeof globalThis & { pneumoscopePeerHeader?: string };

/**
 * Lets each request of this process carry the address of who is connected, in a header that no client can name: Next
 * hands routes headers only, and those are whatever a client sends.
 */
export function notePeerAddresses(): void {
  if (shared.pneumoscopePeerHeader) return;
  const header = `x-peer-${randomBytes(16).toString("hex")}`;
  shared.pneumoscopePeerHeader = header;
  subscribe("http.server.request.start", (message) => {
    const { request } = message as StartedRequest;
    request.headers[header] = request.socket.remoteAddress?.replace(ipv4InIpv6, "") ?? "";
  });
}

/** Who is connected: a person's machine, or the last proxy before us. Null where this process does not know. */
export function peerAddress(headers: Headers): string | null {
  const header = shared.pneumoscopePeerHeader;
  return (header && headers.get(header)) || null;
}
