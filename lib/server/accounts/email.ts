import { z } from "zod";

export const emailAddress = z.email().max(200);

/** As accounts are found by: without spaces around it, in lower case. */
export function normalEmail(email: string): string {
  return email.normalize("NFC").trim().toLowerCase();
}
