import { PneumoscopeError } from "@/lib/errors";
import type { Random } from "@/lib/random";
import type { Weights } from "@/lib/safetensors/safetensors";
import { tensorShapes } from "./architecture";
import { foldBatchNorm } from "./fold-batch-norm";

/**
 * Weights to start training from: a champion's as they are; ImageNet weights with a new one-row `fc`; layer4's
 * 3×3 convolutions, where a partial file lacks them, drawn anew. A block's second convolution then starts at zero,
 * so that the block starts as its shortcut and trains without batch norm (Zhang, Dauphin, Ma, «Fixup», ICLR 2019).
 * The others follow He et al. (ICCV 2015): standard deviation √(2 / fan-in).
 * @throws WEIGHTS_INVALID when anything else is missing or misshapen
 */
export function prepareInitialWeights(source: Weights, random: Random): Weights {
  const folded = foldBatchNorm(source);
  const prepared: Weights = new Map();
  for (const [name, shape] of tensorShapes()) {
    const found = folded.get(name);
    const lacksKernel = name.endsWith(".bias") && !folded.has(name.replace(/bias$/, "weight"));
    if (found && found.shape.join() === shape.join() && !lacksKernel) {
      prepared.set(name, { shape, data: found.data.slice() });
    } else if (name.startsWith("fc.") || /^layer4\.\d\.conv\d\./.test(name)) {
      prepared.set(name, { shape, data: freshTensor(name, shape, random) });
    } else {
      const state = found ? `has shape [${found.shape}], not [${shape}]` : "is missing";
      throw new PneumoscopeError(
        "WEIGHTS_INVALID",
        `Training cannot start from this file: ${name} ${state}.`,
      );
    }
  }
  return prepared;
}

function freshTensor(name: string, shape: number[], random: Random): Float32Array {
  const data = new Float32Array(shape.reduce((product, n) => product * n, 1));
  if (name.endsWith(".bias") || name.endsWith(".conv2.weight")) return data;
  const fanIn = data.length / (shape[0] as number);
  const deviation = name === "fc.weight" ? 0.01 : Math.sqrt(2 / fanIn);
  for (let i = 0; i < data.length; i++) data[i] = random.normal() * deviation;
  return data;
}
