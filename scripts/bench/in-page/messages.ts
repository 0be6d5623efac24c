/** What the bench asks of an engine's worker. */
export type ToEngine =
  | { kind: "start"; threads: number }
  /** `image` is [n, 3, size, size] or [n, size, size, 3], as the engine reads it. */
  | { kind: "forward"; image: Float32Array<ArrayBuffer>; n: number; size: number; times: number };

export type FromEngine =
  | { kind: "started"; durationMs: number; threads: number }
  | { kind: "ran"; wallMs: number[]; logits: number[] }
  | { kind: "failed"; reason: string };

/** Answers every message in turn with what `act` returns, or with why it failed. */
export function serveEngine(act: (message: ToEngine) => Promise<FromEngine>): void {
  const scope = self as unknown as DedicatedWorkerGlobalScope;
  scope.addEventListener("message", ({ data }: MessageEvent<ToEngine>) => {
    act(data)
      .catch((error: unknown): FromEngine => ({ kind: "failed", reason: String(error) }))
      .then((answer) => scope.postMessage(answer));
  });
}

/** Runs `once` the given number of times in a row, each to its logits. */
export async function timeForward(
  times: number,
  once: () => Promise<ArrayLike<number>>,
): Promise<FromEngine> {
  const wallMs: number[] = [];
  let logits: number[] = [];
  for (let i = 0; i < times; i++) {
    const startedAt = performance.now();
    logits = Array.from(await once());
    wallMs.push(performance.now() - startedAt);
  }
  return { kind: "ran", wallMs, logits };
}
