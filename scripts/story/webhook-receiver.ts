import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { verifyWebhook } from "@/lib/notifications/webhook-signature";

export interface ReceivedMessage {
  type: string;
  title: string;
}

const bodySchema = z.object({ type: z.string(), data: z.object({ id: z.string(), title: z.string() }) });

/** Stands for the team: takes signed webhooks, checks them, and drops repetitions. */
export async function openReceiver(secret: string) {
  const messages = new Map<string, ReceivedMessage>();
  let refused = 0;
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      try {
        const headers = { get: (name: string) => request.headers[name]?.toString() ?? null };
        verifyWebhook(body, headers, secret);
        const { type, data } = bodySchema.parse(JSON.parse(body));
        messages.set(data.id, { type, title: data.title });
        response.writeHead(204).end();
      } catch {
        refused++;
        response.writeHead(400).end();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}/team`,
    refused: () => refused,
    /** What came until every one of `types` is there, or the time is over. */
    async wait(types: readonly string[], withinMs: number): Promise<ReceivedMessage[]> {
      const all = () => [...messages.values()];
      for (const startMs = performance.now(); performance.now() - startMs < withinMs; await sleep(200))
        if (types.every((type) => all().some((message) => message.type === type))) break;
      return all();
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
