import { encode } from "next-auth/jwt";
import type { Database } from "@/drizzle/client";
import { PneumoscopeError } from "@/lib/errors";
import { sessionSecret } from "@/lib/node/secrets";
import { sessionCookie } from "@/lib/server/accounts/session-cookie";
import { endSession, openSession } from "@/lib/server/accounts/sessions";

import { seededAdmin } from "../seed-large/people";

/** Signs the seeded administrator in, as sign-in itself would after the password. */
export async function signInSeededAdmin(db: Database) {
  const admin = await db.query.users.findFirst({ where: (table, { eq }) => eq(table.email, seededAdmin) });
  if (!admin)
    throw new PneumoscopeError(
      "CONFIG_INVALID",
      "There is no seeded record here. Run “npm run seed:large” first.",
    );
  const sessionId = await openSession(db, admin.id, { address: "benchmark", userAgent: "bench:dashboard" });
  const value = await encode({ token: { sessionId }, secret: await sessionSecret() });
  return {
    cookie: { name: sessionCookie, value },
    end: () => endSession(db, admin.id, sessionId),
  };
}
