import { describeError } from "@/lib/errors";

const timeoutMs = 10_000;

/** Tells the log and, where one is configured, a webhook. A webhook that fails is logged and harms nothing. */
export async function notify(
  message: { event: string; runId: string; reason: string } & Record<string, unknown>,
  { log, webhookUrl }: { log(line: string): void; webhookUrl?: string | undefined },
): Promise<void> {
  log(`${message.event} ${message.runId}: ${message.reason}`);
  if (!webhookUrl) return;
  try {
    const response = await fetch(webhookUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...message, at: new Date().toISOString() }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    if (!response.ok) log(`the notification webhook answered HTTP ${response.status}`);
  } catch (error) {
    log(`the notification webhook cannot be reached: ${describeError(error)}`);
  }
}
