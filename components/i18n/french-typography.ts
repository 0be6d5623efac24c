const thin = "\u202f";

/**
 * French punctuation as it is printed: a thin no-break space before ; : ! ? % and inside « », and curved
 * apostrophes (a straight one would also start a quotation in a message's syntax).
 */
export function frenchTypography(text: string): string {
  return text
    .replaceAll("'", "’")
    .replace(/«[ \u00a0\u202f]*/g, `«${thin}`)
    .replace(/[ \u00a0\u202f]*»/g, `${thin}»`)
    .replace(/(?<=[\p{L}\d)}»%])[ \u00a0\u202f]*(?=[;!?](?:\s|»|$|<|\}))/gu, thin)
    .replace(/(?<=[\p{L}\d)}»%])[ \u00a0\u202f]*(?=:(?:\s|$|<))/gu, thin)
    .replace(/(?<=[\d}])[ \u00a0\u202f]*(?=%)/g, thin);
}
