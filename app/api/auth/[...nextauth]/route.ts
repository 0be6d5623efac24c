import { answerAuth } from "@/lib/server/accounts/answer-auth";
import { authOptions } from "@/lib/server/accounts/auth-options";
import { visitorOf } from "@/lib/server/accounts/visitor";
import { serverContext } from "@/lib/server/context";
import { askedAt } from "@/lib/server/network/asked-at";

export const dynamic = "force-dynamic";

async function handler(request: Request, { params }: { params: Promise<{ nextauth: string[] }> }) {
  const { db } = await serverContext().database();
  const { isHttps } = askedAt(request.headers);
  const options = await authOptions(db, { visitor: visitorOf(request.headers), isHttps });
  return answerAuth(request, (await params).nextauth, options);
}

export { handler as GET, handler as POST };
