import { eq } from "drizzle-orm";
import type { AuthOptions } from "next-auth";
import Credentials from "next-auth/providers/credentials";
import { z } from "zod";
import type { Database } from "@/drizzle/client";
import { users } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import { sessionSecret } from "@/lib/node/secrets";
import { normalEmail } from "./email";
import { sessionCookie } from "./session-cookie";
import { callerOfSession, endSession, openSession, type Visitor } from "./sessions";
import { recordRefusal, signIn } from "./sign-in";
import { readSingleSignOn, singleSignOnProvider } from "./single-sign-on";

const lastsSeconds = 7 * 24 * 60 * 60;

const credentialsSchema = z.object({
  email: z.string().max(1_000),
  password: z.string().max(10_000),
  code: z.string().max(20).optional(),
});

export interface AuthRequest {
  visitor: Visitor;
  isHttps: boolean;
}

/**
 * NextAuth's part: passwords and single sign-on, and the sealed cookie that names a session of ours. What the session
 * may do is looked up at each request.
 */
export async function authOptions(db: Database, { visitor, isHttps }: AuthRequest): Promise<AuthOptions> {
  const singleSignOn = readSingleSignOn();
  return {
    secret: await sessionSecret(),
    session: { strategy: "jwt", maxAge: lastsSeconds },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    cookies: {
      sessionToken: {
        name: sessionCookie,
        options: { httpOnly: true, sameSite: "lax", path: "/", secure: isHttps },
      },
    },
    providers: [
      Credentials({
        credentials: { email: {}, password: {}, code: {} },
        async authorize(given) {
          const credentials = credentialsSchema.safeParse(given);
          if (!credentials.success) throw new Error("SIGN_IN_REFUSED");
          const { email, password, code } = credentials.data;
          try {
            const user = await signIn(db, { email, password, code, address: visitor.address });
            return { id: user.id, email: user.email, name: user.name };
          } catch (error) {
            // NextAuth hands an error's message to the page.
            if (error instanceof PneumoscopeError) throw new Error(error.code);
            throw error;
          }
        },
      }),
      ...(singleSignOn ? [singleSignOnProvider(singleSignOn)] : []),
    ],
    callbacks: {
      async signIn({ account, user }) {
        if (account?.provider === "credentials") return true;
        if (await accountOf(db, user.email)) return true;
        const email = normalEmail(user.email ?? "");
        await recordRefusal(db, { email, address: visitor.address }, "single sign-on");
        return false;
      },
      async jwt({ token, user, account }) {
        if (!user) return token;
        const userId = account?.provider === "credentials" ? user.id : await accountOf(db, user.email);
        if (!userId) throw new Error("SIGN_IN_REFUSED");
        return { sub: userId, sessionId: await openSession(db, userId, visitor) };
      },
      async session({ token }) {
        const caller = await callerOfSession(db, String(token.sessionId));
        return {
          user: caller ? { name: caller.name, email: caller.email } : {},
          expires: new Date(Number(token.exp) * 1000).toISOString(),
        };
      },
    },
    events: {
      async signOut({ token }) {
        await endSession(db, String(token.sub), String(token.sessionId));
      },
    },
  };
}

/** The account that someone whom the hospital vouches for may use: one that an admin has made. */
async function accountOf(db: Database, email: string | null | undefined): Promise<string | null> {
  if (!email) return null;
  const [user] = await db
    .select()
    .from(users)
    .where(eq(users.email, normalEmail(email)));
  return user && !user.deactivatedAt ? user.id : null;
}
