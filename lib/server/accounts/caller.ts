import type { Role } from "@/drizzle/schema";

/** Who asks. */
export type Caller =
  | { kind: "anonymous" }
  | { kind: "user"; userId: string; sessionId: string; email: string; name: string; role: Role };

export type SignedInCaller = Extract<Caller, { kind: "user" }>;

export const anonymous: Caller = { kind: "anonymous" };
