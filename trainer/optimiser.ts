import type { Weights } from "@/lib/safetensors/safetensors";

/** First and second moments by tensor name, and the number of steps taken. */
export interface AdamState {
  step: number;
  first: Map<string, Float32Array>;
  second: Map<string, Float32Array>;
}

export interface AdamOptions {
  learningRate: number;
  weightDecay: number;
  clipNorm: number;
}

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

export function createAdamState(weights: Weights, trained: Iterable<string>): AdamState {
  const state: AdamState = { step: 0, first: new Map(), second: new Map() };
  for (const name of trained) {
    const length = weights.get(name)?.data.length ?? 0;
    state.first.set(name, new Float32Array(length));
    state.second.set(name, new Float32Array(length));
  }
  return state;
}

/** Euclidean norm over all gradients. */
export function globalNorm(gradients: ReadonlyMap<string, Float32Array>): number {
  let sum = 0;
  for (const gradient of gradients.values()) {
    sum += sumOfSquares(gradient);
  }
  return Math.sqrt(sum);
}

/** Four sums at a time, since each addition waits for the one before it. */
function sumOfSquares(values: Float32Array): number {
  const whole = values.length - (values.length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    a += (values[i] as number) * (values[i] as number);
    b += (values[i + 1] as number) * (values[i + 1] as number);
    c += (values[i + 2] as number) * (values[i + 2] as number);
    d += (values[i + 3] as number) * (values[i + 3] as number);
  }
  for (let i = whole; i < values.length; i++) a += (values[i] as number) ** 2;
  return a + b + c + d;
}

/**
 * One step of Adam with decoupled weight decay (Kingma & Ba 2015; Loshchilov & Hutter 2019), in place. Biases do not
 * decay. Gradients are scaled down first so that their joint norm is at most `clipNorm` (Pascanu et al. 2013).
 */
export function adamStep(
  weights: Weights,
  gradients: ReadonlyMap<string, Float32Array>,
  state: AdamState,
  options: AdamOptions,
): void {
  state.step += 1;
  const scale = Math.min(1, options.clipNorm / (globalNorm(gradients) + 1e-12));
  const rate = (options.learningRate * Math.sqrt(1 - beta2 ** state.step)) / (1 - beta1 ** state.step);
  for (const [name, gradient] of gradients) {
    const weight = weights.get(name)?.data as Float32Array;
    const first = state.first.get(name) as Float32Array;
    const second = state.second.get(name) as Float32Array;
    const keep = name.endsWith(".bias") ? 1 : 1 - options.learningRate * options.weightDecay;
    for (let i = 0; i < weight.length; i++) {
      const g = (gradient[i] as number) * scale;
      const m = beta1 * (first[i] as number) + (1 - beta1) * g;
      const v = beta2 * (second[i] as number) + (1 - beta2) * g * g;
      first[i] = m;
      second[i] = v;
      weight[i] = (weight[i] as number) * keep - (rate * m) / (Math.sqrt(v) + epsilon);
    }
  }
}

/** Learning rate at a step: constant, or up over the first tenth and down along a cosine to a hundredth. */
export function learningRateAt(
  step: number,
  steps: number,
  peak: number,
  schedule: "constant" | "one-cycle",
): number {
  if (schedule === "constant") return peak;
  const warmup = Math.max(1, Math.round(steps * 0.1));
  if (step < warmup) return (peak * (step + 1)) / warmup;
  const progress = Math.min(1, (step - warmup) / Math.max(1, steps - warmup));
  return peak * (0.01 + 0.99 * 0.5 * (1 + Math.cos(Math.PI * progress)));
}

/** average ← decay · average + (1 − decay) · weights, in place, over the trained tensors. */
export function averageWeights(
  average: Weights,
  weights: Weights,
  trained: Iterable<string>,
  decay: number,
): void {
  for (const name of trained) {
    const to = average.get(name)?.data as Float32Array;
    const from = weights.get(name)?.data as Float32Array;
    for (let i = 0; i < to.length; i++) to[i] = decay * (to[i] as number) + (1 - decay) * (from[i] as number);
  }
}
