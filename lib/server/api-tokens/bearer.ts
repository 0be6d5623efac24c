/**
 * The token of an Authorization header (RFC 6750); null where there is none. Other schemes are those of a proxy in
 * front; a bearer's token that cannot be one is "".
 */
export function bearerOf(headers: Headers): string | null {
  const [, given] = /^Bearer(?:\s+(.*))?$/i.exec(headers.get("authorization")?.trim() ?? "") ?? [
    undefined,
    null,
  ];
  if (given === null) return null;
  return /^[\w.~+/=-]{1,200}$/.exec(given ?? "")?.[0] ?? "";
}
