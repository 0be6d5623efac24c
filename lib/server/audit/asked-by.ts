import { AsyncLocalStorage } from "node:async_hooks";

/** What the audit trail says of the request that an event came about in. */
export interface AskedBy {
  /** Where it came from. */
  address?: string;
  /** The token that it came with. */
  token?: string;
}

const storage = new AsyncLocalStorage<AskedBy>();

/** Lets every event that is recorded meanwhile say where it came from. */
export function whileAskedBy<T>(askedBy: AskedBy, work: () => T): T {
  return storage.run(askedBy, work);
}

export function askedBy(): AskedBy {
  return storage.getStore() ?? {};
}
