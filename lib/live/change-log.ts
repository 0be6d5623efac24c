import type { LiveChange } from "./changes";

/** The last changes, for who was away for a moment. */
export interface ChangeLog {
  add(change: LiveChange): void;
  /** From the transaction `serial` on, which may have been heard in part; null where that is not known any more. */
  from(serial: string): LiveChange[] | null;
  clear(): void;
}

export function createChangeLog(limit = 2_000): ChangeLog {
  let changes: LiveChange[] = [];
  return {
    add(change) {
      changes.push(change);
      if (changes.length > 2 * limit) changes = changes.slice(-limit);
    },
    from(serial) {
      const first = changes.findIndex((change) => change.serial === serial);
      return first === -1 ? null : changes.slice(first);
    },
    clear() {
      changes = [];
    },
  };
}
