import { createServer, request, type Server } from "node:http";
import type { Socket } from "node:net";
import config from "../playwright.config";
import { test } from "./journey";

/** A server in front of the tested one: it can be stopped, and another build's service worker be put in. */
export interface FrontServer {
  start(): Promise<void>;
  /** Nothing listens any more, and open connections are cut. */
  stop(): Promise<void>;
  /** Changes the text of /sw.js, as another build would. */
  changeServiceWorker(change: ((text: string) => string) | null): void;
  /** Every request that reached it: "POST /path", with the length of its body. */
  seen: { line: string; bodyBytes: number }[];
}

/**
 * Gives each of a file's tests such a server, as the address of its pages, and lets service workers run.
 * @returns the present test's server, where it listens, and where the tested one does
 */
export function withFrontServer(): { front: () => FrontServer; origin: string; testedOrigin: string } {
  const server = new URL(config.use?.baseURL as string);
  const port = Number(server.port) + 1;
  const origin = `http://127.0.0.1:${port}`;
  let front: FrontServer | undefined;
  test.use({ baseURL: origin, serviceWorkers: "allow" });
  test.beforeEach(async () => {
    front = frontServer(port, server.origin);
    await front.start();
  });
  test.afterEach(() => front?.stop());
  return {
    front() {
      if (!front) throw new Error("there is a front server only within a test");
      return front;
    },
    origin,
    testedOrigin: server.origin,
  };
}

function frontServer(port: number, target: string): FrontServer {
  let server: Server | null = null;
  let change: ((text: string) => string) | null = null;
  const sockets = new Set<Socket>();
  const seen: FrontServer["seen"] = [];

  function start(): Promise<void> {
    const started = createServer((incoming, outgoing) => {
      const entry = { line: `${incoming.method} ${incoming.url}`, bodyBytes: 0 };
      seen.push(entry);
      incoming.on("data", (part: Buffer) => {
        entry.bodyBytes += part.length;
      });
      const changed = change && incoming.url === "/sw.js" ? change : null;
      const {
        "accept-encoding": _,
        "if-none-match": _etag,
        "if-modified-since": _since,
        ...plain
      } = incoming.headers;
      const headers = changed ? plain : incoming.headers;
      const onward = request(
        new URL(incoming.url ?? "/", target),
        { method: incoming.method, headers },
        (answer) => {
          if (!changed) {
            outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
            answer.pipe(outgoing);
            return;
          }
          const parts: Buffer[] = [];
          answer.on("data", (part: Buffer) => parts.push(part));
          answer.on("end", () => {
            const { "content-length": _length, ...kept } = answer.headers;
            outgoing.writeHead(200, kept);
            outgoing.end(changed(Buffer.concat(parts).toString("utf8")));
          });
        },
      );
      onward.on("error", () => outgoing.destroy());
      incoming.pipe(onward);
    });
    started.on("connection", (socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    });
    server = started;
    return new Promise((resolve) => started.listen(port, "127.0.0.1", resolve));
  }

  function stop(): Promise<void> {
    for (const socket of sockets) socket.destroy();
    const stopped = server;
    server = null;
    return new Promise((resolve) => (stopped ? stopped.close(() => resolve()) : resolve()));
  }

  return {
    start,
    stop,
    changeServiceWorker: (next) => {
      change = next;
    },
    seen,
  };
}
