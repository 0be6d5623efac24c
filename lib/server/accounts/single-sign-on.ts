import type { OAuthConfig } from "next-auth/providers/oauth";
import { z } from "zod";
import { PneumoscopeError } from "@/lib/errors";

export interface SingleSignOn {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** What the button says. */
  name: string;
}

/** OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET and OIDC_NAME; null where they are not set. @throws CONFIG_INVALID */
export function readSingleSignOn(
  source: Record<string, string | undefined> = process.env,
): SingleSignOn | null {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME } = source;
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
  };
}

interface Profile {
  sub: string;
  name?: string;
  email?: string;
  email_verified?: boolean;
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
    // An address that the provider has not checked could be anyone's.
    profile: ({ sub, name, email, email_verified }) => ({
      id: sub,
      name: name ?? null,
      email: email_verified === false ? null : (email ?? null),
    }),
  };
}
