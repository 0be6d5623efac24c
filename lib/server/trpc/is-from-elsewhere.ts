import { askedAt } from "@/lib/server/network/asked-at";

/** Whether another site's page makes a browser send this: such a request carries that site's origin. */
export function isFromElsewhere(request: Request): boolean {
  if (request.method === "GET" || request.method === "HEAD") return false;
  const site = request.headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin" && site !== "none") return true;
  const origin = request.headers.get("origin");
  if (!origin) return false;
  try {
    return new URL(origin).host !== askedAt(request.headers).host;
  } catch {
    return true;
  }
}
