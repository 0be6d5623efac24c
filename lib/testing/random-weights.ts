import { createRandom } from "@/lib/random";
import { tensorShapes } from "@/lib/resnet18/architecture";
import type { Weights } from "@/lib/safetensors/safetensors";

/** Seeded weights of the whole network, scaled so that activations neither vanish nor explode. */
export function randomWeights(seed: number): Weights {
  const random = createRandom(seed);
  const weights: Weights = new Map();
  for (const [name, shape] of tensorShapes()) {
    const length = shape.reduce((product, n) => product * n, 1);
    const fanIn = length / (shape[0] as number);
    const deviation = name.endsWith(".bias") ? 0.05 : Math.sqrt(1.2 / fanIn);
    weights.set(name, { shape, data: Float32Array.from({ length }, () => random.normal() * deviation) });
  }
  return weights;
}
