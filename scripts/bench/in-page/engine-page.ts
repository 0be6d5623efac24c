import type { FromEngine, ToEngine } from "./messages";

/** The page of the comparison: one worker for each engine, asked from outside through `askEngine`. */
const workers = new Map<string, Worker>();

function askEngine(script: string, message: ToEngine): Promise<FromEngine> {
  const worker = workers.get(script) ?? new Worker(script, { type: "module", name: script });
  workers.set(script, worker);
  return new Promise((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<FromEngine>) => resolve(data);
    worker.onerror = ({ message: reason }) => resolve({ kind: "failed", reason });
    worker.postMessage(message);
  });
}

const images = new Map<string, Promise<Float32Array<ArrayBuffer>>>();

/** The picture that every engine reads: [n, 3, size, size], or [n, size, size, 3] for `channelsLast`. */
function forwardImage(n: number, channelsLast: boolean): Promise<Float32Array<ArrayBuffer>> {
  const address = `/image?n=${n}&layout=${channelsLast ? "nhwc" : "nchw"}`;
  const fetched =
    images.get(address) ??
    fetch(address)
      .then((response) => response.arrayBuffer())
      .then((bytes) => new Float32Array(bytes));
  images.set(address, fetched);
  return fetched;
}

export interface EnginePage {
  start(script: string, threads: number): Promise<FromEngine>;
  forward(script: string, request: { n: number; size: number; times: number }): Promise<FromEngine>;
}

const page: EnginePage = {
  start: (script, threads) => askEngine(script, { kind: "start", threads }),
  forward: async (script, { n, size, times }) =>
    askEngine(script, {
      kind: "forward",
      image: await forwardImage(n, script.includes("pneumoscope")),
      n,
      size,
      times,
    }),
};
(globalThis as unknown as { enginePage: EnginePage }).enginePage = page;
