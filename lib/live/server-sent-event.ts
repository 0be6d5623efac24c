/** One message of a text/event-stream. `data` is written as JSON, which has no line breaks. */
export function serverSentEvent(event: string, data: unknown, id?: string): string {
  return `event: ${event}\n${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
}

/** What keeps proxies from taking a quiet stream for a dead one; pages do not hear it. */
export const heartbeat = ":\n\n";
