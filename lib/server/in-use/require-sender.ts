import { PneumoscopeError } from "@/lib/errors";

/**
 * A page sends what waited, and somebody else may have signed in since, in another tab: what one doctor said must not
 * be taken in as another's. @throws NOT_ALLOWED
 */
export function requireSender(user: { userId: string }, userId: string): void {
  if (user.userId === userId) return;
  throw new PneumoscopeError(
    "NOT_ALLOWED",
    "This was given by another account than the one that is signed in. It waits in its browser until that one is back.",
  );
}
