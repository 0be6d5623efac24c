import { createServer } from "node:net";
import { PneumoscopeError } from "@/lib/errors";

/** @throws CONFIG_INVALID */
export function parsePort(text: string, name: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new PneumoscopeError("CONFIG_INVALID", `${name} is “${text}”; a port is a number from 1 to 65535.`);
}

export function isPortFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
