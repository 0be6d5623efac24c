import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import postgres from "postgres";
import type { ConnectedDatabase } from "@/lib/node/connect-database";
import { withinTime } from "@/lib/time-limit";

/** The channel of the triggers in drizzle/migrations. */
const channel = "pneumoscope_live";

export interface ListenOptions {
  database(): Promise<ConnectedDatabase>;
  onNotification(payload: string): void;
  /** Listening began, or began again: what changed before was not heard. */
  onListening(): void;
  /** How often it is tried whether notifications still arrive. */
  probeEveryMs?: number;
  /** How long one may take. */
  probeTimeoutMs?: number;
}

export interface Listening {
  /** Whether the last probe came back. */
  isWell(): boolean;
  close(): Promise<void>;
}

/**
 * Listens on a connection of its own until closed. A connection that was lost is made again; one that only looks
 * alive, behind a proxy or a pooler that passes no notifications on, is found by probes that have to come back.
 */
export function listenForNotifications(options: ListenOptions): Listening {
  const { probeEveryMs = 15_000, probeTimeoutMs = 5_000 } = options;
  const probe = `probe ${randomUUID()}`;
  let connection: postgres.Sql | null = null;
  let onProbe: (() => void) | null = null;
  let well = false;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  function hear(payload: string): void {
    if (payload === probe) onProbe?.();
    else if (!payload.startsWith("probe ")) options.onNotification(payload);
  }

  function heardAgain(): void {
    well = true;
    options.onListening();
  }

  async function connect(): Promise<void> {
    const { url } = await options.database();
    const opened = postgres(url, {
      max: 1,
      connect_timeout: 5,
      onnotice: () => undefined,
      connection: { application_name: "pneumoscope live" },
    });
    connection = opened;
    await withinTime(probeTimeoutMs, opened.listen(channel, hear, heardAgain));
  }

  async function disconnect(): Promise<void> {
    const lost = connection;
    connection = null;
    well = false;
    await lost?.end({ timeout: 0 }).catch(() => undefined);
  }

  async function tryProbe(): Promise<void> {
    const { db } = await options.database();
    const back = new Promise<void>((resolve) => {
      onProbe = resolve;
    });
    await withinTime(probeTimeoutMs, db.execute(sql`select pg_notify(${channel}, ${probe})`));
    await withinTime(probeTimeoutMs, back);
    well = true;
  }

  async function look(): Promise<void> {
    try {
      if (connection) await tryProbe();
      else await connect();
    } catch {
      await disconnect();
    }
    if (closed) await disconnect();
    else timer = setTimeout(() => void look(), well ? probeEveryMs : Math.min(probeEveryMs, 1_000)).unref();
  }

  void look();
  return {
    isWell: () => well,
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await disconnect();
    },
  };
}
