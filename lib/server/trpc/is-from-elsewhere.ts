/** Whether another site's page makes a browser send this: such a request carries that site's origin. */
export function isFromElsewhere(request: Request): boolean {
  const origin = request.headers.get("origin");
  if (request.method === "GET" || !origin) return false;
  const host = request.headers.get("x-forwarded-host") ?? request.headers.get("host");
  try {
    return new URL(origin).host !== host;
  } catch {
    return true;
  }
}
