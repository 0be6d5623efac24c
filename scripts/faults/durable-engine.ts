import { setMaxListeners } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { CallbackFault } from "./plan";

// As much of Inngest's executor as the loop needs: it calls the function of the web process over HTTP, one step a call,
// keeps what each step returned, waits for events, and tries again what failed. Unlike the real one it is quick: a
// minute of waiting takes 60 ms. It also stands between trainer and web and loses callbacks where a trial says so.

const functionId = "pneumoscope-retrain";
const requestName = "pneumoscope/retrain.requested";
const callbackPath = "/api/trainer/callback";
const minuteMs = 60;
const attempts = 4;
const firstBackoffMs = 800;
const unreachablePauseMs = 100;
const callTimeoutMs = 30_000;
const heldCallbackMs = 400;
const waitOpensAfterMs = 300;

const opSchema = z.object({
  id: z.string(),
  op: z.string(),
  data: z.unknown().optional(),
  error: z.unknown().optional(),
  opts: z.object({ timeout: z.string().optional(), if: z.string().optional() }).loose().optional(),
  name: z.string().nullish(),
});
type Op = z.infer<typeof opSchema>;

interface EngineEvent {
  id: string;
  name: string;
  ts: number;
  data: Record<string, unknown>;
}

export interface DurableEngine {
  /** For INNGEST_BASE_URL and INNGEST_DEV. */
  url: string;
  /** Starts the function, as its cron would. */
  trigger(event: EngineEvent): void;
  isIdle(): boolean;
  /** How many callbacks the fault touched. */
  touchedCallbacks(): number;
  close(): Promise<void>;
}

export async function startDurableEngine(options: {
  webUrl: string;
  fault: CallbackFault | null;
  log(line: string): void;
}): Promise<DurableEngine> {
  const { webUrl, fault, log } = options;
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  const listeners = new Set<(event: EngineEvent) => void>();
  let running = 0;
  let touched = 0;
  let held: (() => Promise<void>) | null = null;

  const server = createServer(async (request, response) => {
    const body = await readBody(request);
    const path = request.url ?? "";
    if (path.startsWith("/fn/register")) {
      response.writeHead(200, { "content-type": "application/json" }).end('{"ok":true,"modified":true}');
    } else if (path.startsWith("/e/")) {
      const events = z.array(z.object({ name: z.string(), data: z.record(z.string(), z.unknown()) }).loose());
      const sent = events.parse([JSON.parse(body.toString())].flat());
      for (const { name, data } of sent) {
        const event = { id: crypto.randomUUID(), ts: Date.now(), name, data };
        if (name === requestName) trigger(event);
        for (const listener of listeners) listener(event);
      }
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ ids: sent.map(() => crypto.randomUUID()), status: 200 }));
    } else if (path.startsWith(callbackPath)) {
      response.writeHead(await passCallback(request, body)).end();
    } else response.writeHead(404).end();
  });

  /** What becomes of a callback on its way. @returns the status that the trainer sees */
  async function passCallback(request: IncomingMessage, body: Buffer): Promise<number> {
    const forward = async (changed?: Buffer) => {
      const response = await fetch(`${webUrl}${request.url}`, {
        method: "POST",
        headers: Object.fromEntries(
          Object.entries(request.headers).filter(
            ([name]) => name.startsWith("x-") || name === "content-type",
          ),
        ) as Record<string, string>,
        body: new Uint8Array(changed ?? body),
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(5_000)]),
      }).catch(() => null);
      await response?.body?.cancel();
      return response?.status ?? 502;
    };
    if (fault) touched++;
    if (fault === "dropped") return 204;
    if (fault === "repeated") for (let copy = 0; copy < 2; copy++) await forward();
    if (fault === "forged") {
      const refused = await forward(Buffer.from(body.toString().replace('"succeeded"', '"failed"')));
      if (refused !== 401 && refused !== 502) log(`!!! a forged callback was answered with ${refused}`);
    }
    if (fault === "reordered") {
      const before = held;
      held = async () => void (await forward());
      // The older one goes after the newer; one that nothing follows goes late.
      const mine = held;
      if (before) void forward().then(before);
      else
        void delay(heldCallbackMs, undefined, { signal: closing.signal, ref: false }).then(
          mine,
          () => undefined,
        );
      if (before) held = null;
      return 204;
    }
    return forward();
  }

  async function call(state: FunctionState): Promise<Response | null> {
    return fetch(`${webUrl}/api/inngest?fnId=${functionId}&stepId=step`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-inngest-req-version": "2" },
      body: JSON.stringify({
        event: state.event,
        events: [state.event],
        steps: state.steps,
        ctx: {
          run_id: state.event.id,
          attempt: state.attempt,
          max_attempts: attempts,
          stack: { stack: state.stack, current: state.stack.length },
        },
        version: 2,
      }),
      signal: AbortSignal.any([closing.signal, AbortSignal.timeout(callTimeoutMs)]),
    }).catch(() => null);
  }

  async function run(event: EngineEvent): Promise<void> {
    const state: FunctionState = { event, steps: {}, stack: [], attempt: 0 };
    while (!closing.signal.aborted) {
      const response = await call(state);
      const text = await response?.text().catch(() => null);
      if (!response || text === null || text === undefined || response.status === 404) {
        await delay(unreachablePauseMs);
        continue;
      }
      const final = response.headers.get("x-inngest-no-retry") === "true" || state.attempt + 1 >= attempts;
      if (response.status === 206) {
        for (const op of z.array(opSchema).parse(JSON.parse(text))) await settle(state, op, final);
      } else if (response.status === 200 || final) {
        log(`engine: the function ended with ${response.status}: ${text.slice(0, 300)}`);
        return;
      } else await retry(state, text);
    }
  }

  async function retry(state: FunctionState, why: string): Promise<void> {
    log(`engine: attempt ${state.attempt + 1} failed: ${why.slice(0, 200)}`);
    await delay(firstBackoffMs * 2 ** state.attempt);
    state.attempt++;
  }

  async function settle(state: FunctionState, op: Op, final: boolean): Promise<void> {
    if (op.op === "StepError" && !final) return retry(state, JSON.stringify(op.error));
    state.attempt = 0;
    if (op.op === "StepError" || op.op === "StepFailed")
      state.steps[op.id] = { type: "error", error: op.error };
    else if (op.op === "WaitForEvent") state.steps[op.id] = { type: "data", data: await waitForEvent(op) };
    else {
      if (op.op === "Sleep") await delay(minuteMs);
      state.steps[op.id] = { type: "data", data: op.data ?? null };
    }
    state.stack.push(op.id);
  }

  /** The event that the step waits for, or null once its time is over. */
  async function waitForEvent(op: Op): Promise<EngineEvent | null> {
    if (fault === "before the wait") await delay(waitOpensAfterMs);
    const jobId = /async\.data\.jobId == "([^"]+)"/.exec(op.opts?.if ?? "")?.[1];
    const minutes = Number.parseInt(op.opts?.timeout ?? "10", 10);
    return new Promise((resolve) => {
      const end = (event: EngineEvent | null) => {
        clearTimeout(timer);
        listeners.delete(listen);
        resolve(event);
      };
      const listen = (event: EngineEvent) => {
        if (event.data.jobId === jobId) end(event);
      };
      const timer = setTimeout(() => end(null), minutes * minuteMs);
      listeners.add(listen);
      closing.signal.addEventListener("abort", () => end(null));
    });
  }

  function trigger(event: EngineEvent): void {
    running++;
    void run(event)
      .catch((error) => log(`engine: ${String(error)}`))
      .finally(() => {
        running--;
      });
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    trigger,
    isIdle: () => running === 0,
    touchedCallbacks: () => touched,
    async close() {
      closing.abort();
      await closeServer(server);
    },
  };
}

interface FunctionState {
  event: EngineEvent;
  steps: Record<string, { type: "data"; data: unknown } | { type: "error"; error: unknown }>;
  stack: string[];
  attempt: number;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
