import type { Role } from "@/drizzle/schema";
import type { Scope } from "@/lib/server/api-tokens/scopes";

/** Who asks. */
export type Caller =
  | { kind: "anonymous" }
  | {
      kind: "user";
      userId: string;
      /** Of a token's holder the token's id, which is no session's. */
      sessionId: string;
      email: string;
      name: string;
      role: Role;
      /**
       * An administrator without a second factor, where one is required: until there is one, the role is a viewer's
       * and every operation but those that add it is refused.
       */
      mustAddSecondFactor?: boolean;
      /** Where a script asks with a token. */
      token?: { id: string; scopes: readonly Scope[] };
    };

export type SignedInCaller = Extract<Caller, { kind: "user" }>;

export const anonymous: Caller = { kind: "anonymous" };
