import { createChangeLog } from "@/lib/live/change-log";
import { isLiveKind, type LiveChange, parseChange } from "@/lib/live/changes";
import type { ConnectedDatabase } from "@/lib/node/connect-database";
import { type Listening, listenForNotifications } from "./listen";

/** One open stream, as the hub sees it. */
export interface LiveListener {
  sessionId: string;
  userId: string;
  onChange(change: LiveChange): void;
  /** Changes may have been missed. */
  onGap(): void;
  /** Whose stream this is may have been signed out or deactivated. */
  onSessionChange(): void;
  /** This process ends. */
  onStop(): void;
}

/** One per web process: a single listening connection for all streams, open for as long as there are any. */
export interface LiveHub {
  add(listener: LiveListener): () => void;
  /** Changes from a transaction on; null where they are not known any more. */
  changesFrom(serial: string): LiveChange[] | null;
  isWell(): boolean;
  /** Streams of one person. */
  countOf(userId: string): number;
  count(): number;
  close(): Promise<void>;
}

interface HubOptions {
  database(): Promise<ConnectedDatabase>;
  probeEveryMs?: number;
  /** For how long the connection is kept after the last stream has ended. */
  lingerMs?: number;
}

export function createLiveHub({ database, probeEveryMs, lingerMs = 60_000 }: HubOptions): LiveHub {
  const listeners = new Set<LiveListener>();
  const log = createChangeLog();
  let listening: Listening | null = null;
  let linger: NodeJS.Timeout | undefined;

  function start(): void {
    clearTimeout(linger);
    listening ??= listenForNotifications({
      database,
      ...(probeEveryMs !== undefined && { probeEveryMs }),
      onListening() {
        log.clear();
        for (const listener of listeners) listener.onGap();
      },
      onNotification: tell,
    });
  }

  function tell(payload: string): void {
    const change = parseChange(payload);
    if (!change) return;
    const { kind, id } = change;
    if (isLiveKind(kind)) {
      log.add({ ...change, kind });
      for (const listener of listeners) listener.onChange({ ...change, kind });
      return;
    }
    for (const listener of listeners) {
      if (id === (kind === "session" ? listener.sessionId : listener.userId)) listener.onSessionChange();
    }
  }

  async function stopListening(): Promise<void> {
    const ended = listening;
    listening = null;
    log.clear();
    await ended?.close();
  }

  function remove(listener: LiveListener): void {
    if (!listeners.delete(listener) || listeners.size > 0) return;
    linger = setTimeout(() => void stopListening(), lingerMs).unref();
  }

  return {
    add(listener) {
      listeners.add(listener);
      start();
      return () => remove(listener);
    },
    changesFrom: (serial) => log.from(serial),
    isWell: () => listening?.isWell() ?? false,
    countOf: (userId) => [...listeners].filter((listener) => listener.userId === userId).length,
    count: () => listeners.size,
    async close() {
      for (const listener of [...listeners]) listener.onStop();
      clearTimeout(linger);
      await stopListening();
    },
  };
}

// Next bundles this module into several routes; the hub must be one.
const shared = globalThis as typeof globalThis & { pneumoscopeLiveHub?: LiveHub };

/** This process's hub. It ends its streams when the process is asked to stop, which would wait for them otherwise. */
export function sharedLiveHub(database: () => Promise<ConnectedDatabase>): LiveHub {
  if (shared.pneumoscopeLiveHub) return shared.pneumoscopeLiveHub;
  const hub = createLiveHub({ database });
  shared.pneumoscopeLiveHub = hub;
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void hub.close());
  return hub;
}
