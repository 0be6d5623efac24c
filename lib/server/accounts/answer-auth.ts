import type { NextApiRequest, NextApiResponse } from "next";
import NextAuth, { type AuthOptions } from "next-auth";
import { askedAt } from "@/lib/server/network/asked-at";
import { readAtMost } from "@/lib/server/read-at-most";

// NextAuth would take the address of the pages from the environment alone; below it is told, by headers that are ours.
process.env.AUTH_TRUST_HOST ||= "1";

const largestBodyBytes = 100_000;

/**
 * NextAuth over web requests. Its own adapter reads the request's headers again, and with them whatever
 * x-forwarded-host a client sends; here it sees the address that the request was really sent to.
 * @param action the path's parts after /api/auth
 */
export async function answerAuth(
  request: Request,
  action: string[],
  options: AuthOptions,
): Promise<Response> {
  const query = Object.fromEntries(new URL(request.url).searchParams);
  const given = {
    method: request.method,
    headers: trustedHeaders(request.headers),
    cookies: cookiesOf(request.headers.get("cookie")),
    body: await bodyOf(request),
    query: { ...query, nextauth: action },
  };
  const { response, answer } = collector();
  await NextAuth(given as unknown as NextApiRequest, response as unknown as NextApiResponse, options);
  return answer();
}

function trustedHeaders(headers: Headers): Record<string, string> {
  const { host, isHttps } = askedAt(headers);
  return {
    ...Object.fromEntries(headers),
    host,
    "x-forwarded-host": host,
    "x-forwarded-proto": isHttps ? "https" : "http",
  };
}

function cookiesOf(header: string | null): Record<string, string> {
  const pairs = (header ?? "").split(";").flatMap((part) => {
    const at = part.indexOf("=");
    return at < 1 ? [] : [[part.slice(0, at).trim(), decoded(part.slice(at + 1).trim())] as const];
  });
  return Object.fromEntries(pairs);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function bodyOf(request: Request): Promise<Record<string, unknown>> {
  const body = request.method === "POST" ? await readAtMost(request, largestBodyBytes) : null;
  if (!body) return {};
  const text = new TextDecoder().decode(body);
  if (!request.headers.get("content-type")?.includes("application/json"))
    return Object.fromEntries(new URLSearchParams(text));
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** As much of Node's response as NextAuth uses. */
function collector() {
  const headers = new Headers();
  let status = 200;
  let body: string | null = null;
  const response = {
    status(code: number) {
      status = code;
      return response;
    },
    getHeader: (name: string) =>
      name.toLowerCase() === "set-cookie" ? headers.getSetCookie() : headers.get(name),
    setHeader(name: string, value: string | string[]) {
      headers.delete(name);
      for (const one of [value].flat()) headers.append(name, one);
      return response;
    },
    json(value: unknown) {
      headers.set("content-type", "application/json");
      body = JSON.stringify(value);
    },
    send(value: unknown) {
      if (typeof value === "string" || value === undefined) body = value ?? null;
      else response.json(value);
    },
    end: () => undefined,
  };
  headers.set("cache-control", "no-store");
  return { response, answer: () => new Response(body, { status, headers }) };
}
