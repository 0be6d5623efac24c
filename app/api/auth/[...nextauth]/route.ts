import type { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { authOptions } from "@/lib/server/accounts/auth-options";
import { visitorOf } from "@/lib/server/accounts/visitor";
import { serverContext } from "@/lib/server/context";

export const dynamic = "force-dynamic";

async function handler(request: NextRequest, context: { params: Promise<{ nextauth: string[] }> }) {
  const { db } = await serverContext().database();
  const isHttps = (request.headers.get("x-forwarded-proto") ?? "http").startsWith("https");
  // The pages have no address of their own to be told: it is the one they were asked at.
  if (!process.env.NEXTAUTH_URL) process.env.AUTH_TRUST_HOST = "1";
  const options = await authOptions(db, { visitor: visitorOf(request.headers), isHttps });
  return NextAuth(request, context, options);
}

export { handler as GET, handler as POST };
