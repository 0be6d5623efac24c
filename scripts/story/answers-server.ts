import { createServer } from "node:http";
import type { ArtifactStore } from "@/lib/artifacts/store";
import { serveCurrentManifest } from "@/lib/server/model-versions/serve-current";

/** The answers that pages ask for, by the function that the route calls; needs no built pages. */
export async function serveAnswers(store: ArtifactStore): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    try {
      const answer = await serveCurrentManifest(new Request(`http://127.0.0.1${request.url}`), store);
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
    } catch {
      response.writeHead(500).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const stop = async () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}/`, stop };
}
