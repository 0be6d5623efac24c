/** What a token may be good for; never more than its owner may do. */
export const scopes = ["read", "operate", "decide", "administer"] as const;
export type Scope = (typeof scopes)[number];

type Kind = "query" | "mutation" | "subscription";

/** By router, what its mutations ask for; every other mutation is the administrators'. */
const mutationScopes: Record<string, Scope> = {
  runs: "operate",
  data: "operate",
  inUse: "operate",
  modelVersions: "decide",
};

const exceptions: Record<string, Scope | "session"> = {
  "inUse.setDriftLimits": "administer",
  "runs.changeSchedule": "administer",
  "modelVersions.comment": "operate",
  "data.makeCurrent": "decide",
  "data.delete": "decide",
  // A stolen token must not take over its owner's account, nor become another token.
  "accounts.readLink": "session",
  "accounts.useLink": "session",
  "accounts.sessions": "session",
  "accounts.endSession": "session",
  "accounts.endOtherSessions": "session",
  "accounts.secondFactor": "session",
  "accounts.newSecondFactor": "session",
  "accounts.addSecondFactor": "session",
  "accounts.removeSecondFactor": "session",
  "accounts.clearSecondFactor": "session",
  "accounts.resetPassword": "session",
  "accounts.requestPasswordReset": "session",
  "tokens.create": "session",
};

/** The scope that a token needs for a procedure; "session": no token will do. */
export function scopeOf(path: string, kind: Kind): Scope | "session" {
  const exception = exceptions[path];
  if (exception) return exception;
  if (kind !== "mutation") return "read";
  return mutationScopes[path.split(".")[0] ?? ""] ?? "administer";
}
