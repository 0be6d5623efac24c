import { type NextRequest, NextResponse } from "next/server";
import { accountHint } from "@/lib/in-use/account-hint";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import { readingNeedsSignIn } from "@/lib/node/reading-access";
import { sessionCookie } from "@/lib/server/accounts/session-cookie-name";

const inDevelopment = process.env.NODE_ENV === "development";

/** Only this origin, and only scripts that this response names. 'wasm-unsafe-eval' is for the model's runtime. */
function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic' 'wasm-unsafe-eval'${inDevelopment ? " 'unsafe-eval'" : ""}`,
    `style-src 'self' ${inDevelopment ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    "img-src 'self' blob: data:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** A path as a file server may read it. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The shipped model lies among the public files, which ask nobody who they are. */
async function modelFile(request: NextRequest, path: string): Promise<NextResponse> {
  if (!(await readingNeedsSignIn(localArtifactStore()))) return NextResponse.next();
  const name = path.split("/").at(-1) ?? "";
  return NextResponse.rewrite(new URL(`/api/models/shipped/${encodeURIComponent(name)}`, request.url));
}

export async function proxy(request: NextRequest): Promise<NextResponse> {
  const path = decoded(request.nextUrl.pathname);
  if (/^\/+models\/+baseline(\/|$)/i.test(path)) return modelFile(request, path);
  const nonce = btoa(crypto.randomUUID());
  const policy = contentSecurityPolicy(nonce);
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  // Next reads the nonce for its own scripts from the request's policy.
  headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  hintAtAccount(request, response);
  return response;
}

/** The session's own cookie cannot be read by pages: whether there is one, they are told by another. */
function hintAtAccount({ cookies }: NextRequest, response: NextResponse): void {
  const holdsSession = cookies.has(sessionCookie);
  if (holdsSession === cookies.has(accountHint)) return;
  if (holdsSession) response.cookies.set(accountHint, "1", { path: "/", sameSite: "strict" });
  else response.cookies.delete(accountHint);
}

export const config = {
  matcher: [
    "/models/:path*",
    "/((?!api/|_next/static|_next/image|runtime/|models/|icons/|icon.svg|manifest.webmanifest|sw.js).*)",
  ],
};
