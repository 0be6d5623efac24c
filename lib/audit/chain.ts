import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import canonicalize from "canonicalize";

/** What a link of the chain covers. */
export interface ChainedEvent {
  at: Date;
  action: string;
  actor: string;
  entityId: string;
  details: Record<string, unknown>;
}

export interface ChainLink extends ChainedEvent {
  id: number;
  /** Hex; null for events from before there was a chain. */
  hash: string | null;
}

/** What the first event follows. */
export const chainStart = "0".repeat(64);

/**
 * SHA-256, in hex, over the hash before it and the event as RFC 8785 canonical JSON: who changes, removes or inserts
 * an event has to change every hash after it.
 */
export function hashOfEvent(previousHash: string, event: ChainedEvent): string {
  const { action, actor, entityId } = event;
  const details = JSON.parse(JSON.stringify(event.details));
  const text = canonicalize({ at: event.at.toISOString(), action, actor, details, entityId });
  return bytesToHex(sha256(utf8ToBytes(`${previousHash}\n${text}`)));
}

export interface ChainState {
  /** Of the last event that was checked. */
  hash: string;
  checked: number;
  /** Events from before there was a chain; they can only stand at the beginning. */
  unchained: number;
}

export const emptyChain: ChainState = { hash: chainStart, checked: 0, unchained: 0 };

/**
 * Follows the chain over more events, in their order.
 * @returns the state after them, or the first event that does not follow from the one before
 */
export function followChain(
  state: ChainState,
  events: readonly ChainLink[],
): { state: ChainState; brokenAt: null } | { state: ChainState; brokenAt: number } {
  let { hash, checked, unchained } = state;
  for (const event of events) {
    if (event.hash === null && checked === 0) {
      unchained++;
      continue;
    }
    const expected = hashOfEvent(hash, event);
    if (event.hash !== expected) return { state: { hash, checked, unchained }, brokenAt: event.id };
    hash = expected;
    checked++;
  }
  return { state: { hash, checked, unchained }, brokenAt: null };
}
