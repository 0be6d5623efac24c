import type { OAuthConfig } from "next-auth/providers/oauth";
import { z } from "zod";
import { PneumoscopeError } from "@/lib/errors";

export interface SingleSignOn {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** What the button says. */
  name: string;
  /** Whether addresses count that the provider does not call verified. */
  trustsEveryAddress: boolean;
}

/** OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME and OIDC_TRUST_EMAIL; null where they are not set. @throws CONFIG_INVALID */
export function readSingleSignOn(
  source: Record<string, string | undefined> = process.env,
): SingleSignOn | null {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME, OIDC_TRUST_EMAIL } = source;
  if (!OIDC_ISSUER) return null;
  if (!z.url().safeParse(OIDC_ISSUER).success || !OIDC_CLIENT_ID || !OIDC_CLIENT_SECRET) {
    throw new PneumoscopeError(
      "CONFIG_INVALID",
      "OIDC_ISSUER must be an address, and OIDC_CLIENT_ID and OIDC_CLIENT_SECRET must be set with it.",
    );
  }
  return {
    issuer: OIDC_ISSUER.replace(/\/$/, ""),
    clientId: OIDC_CLIENT_ID,
    clientSecret: OIDC_CLIENT_SECRET,
    name: OIDC_NAME || "single sign-on",
    trustsEveryAddress: OIDC_TRUST_EMAIL === "1",
  };
}

interface Profile {
  sub: string;
  name?: string;
  email?: string;
  /** Some providers send it as text. */
  email_verified?: boolean | string;
}

export function singleSignOnProvider(options: SingleSignOn): OAuthConfig<Profile> {
  return {
    id: "oidc",
    name: options.name,
    type: "oauth",
    issuer: options.issuer,
    wellKnown: `${options.issuer}/.well-known/openid-configuration`,
    clientId: options.clientId,
    clientSecret: options.clientSecret,
    authorization: { params: { scope: "openid email profile" } },
    checks: ["pkce", "state", "nonce"],
    idToken: true,
    // An address that the provider does not vouch for could be anyone's, also where it does not say.
    profile: ({ sub, name, email, email_verified }) => ({
      id: sub,
      name: name ?? null,
      email: options.trustsEveryAddress || String(email_verified) === "true" ? (email ?? null) : null,
    }),
  };
}
