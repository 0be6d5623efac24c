import { PneumoscopeError } from "@/lib/errors";
import type { Weights, WeightTensor } from "@/lib/safetensors/safetensors";
import { blockConvolutions, resnet18 } from "./architecture";

/** torchvision's and timm's epsilon of `BatchNorm2d`. */
const epsilon = 1e-5;

/**
 * Folds batch norm into the convolution before it: W' = W·γ/√(σ²+ε), b' = β − μ·γ/√(σ²+ε)
 * (Jacob et al., CVPR 2018, section 3.2).
 * @returns convolutions with bias in torchvision names, plus `fc`; files that are folded already pass through
 * @throws WEIGHTS_INVALID naming the tensor that is missing or misshapen
 */
export function foldBatchNorm(source: Weights): Weights {
  const folded: Weights = new Map();
  for (const c of [resnet18.stem, ...resnet18.blocks.flatMap(blockConvolutions)]) {
    const kernel = source.get(`${c.name}.weight`);
    const bias = source.get(`${c.name}.bias`);
    const norm = batchNormName(c.name);
    if (bias) {
      if (kernel) folded.set(`${c.name}.weight`, kernel);
      folded.set(`${c.name}.bias`, bias);
      continue;
    }
    if (!kernel) throw missing(`${c.name}.weight`);
    const [gamma, beta, mean, variance] = ["weight", "bias", "running_mean", "running_var"].map((part) => {
      const tensor = source.get(`${norm}.${part}`);
      if (!tensor) throw missing(`${norm}.${part}`);
      return tensor.data;
    }) as [Float32Array, Float32Array, Float32Array, Float32Array];
    const scale = gamma.map((value, i) => value / Math.sqrt((variance[i] as number) + epsilon));
    const perChannel = kernel.data.length / c.outChannels;
    folded.set(`${c.name}.weight`, {
      shape: kernel.shape,
      data: kernel.data.map((value, i) => value * (scale[Math.floor(i / perChannel)] as number)),
    });
    const data = beta.map((value, i) => value - (mean[i] as number) * (scale[i] as number));
    folded.set(`${c.name}.bias`, { shape: [c.outChannels], data });
  }
  for (const name of ["fc.weight", "fc.bias"]) {
    const tensor = source.get(name);
    if (tensor) folded.set(name, tensor as WeightTensor);
  }
  return folded;
}

/** conv1 → bn1, layer1.0.conv2 → layer1.0.bn2, layer2.0.downsample.0 → layer2.0.downsample.1. */
function batchNormName(convolution: string): string {
  return convolution.endsWith("downsample.0")
    ? convolution.replace(/0$/, "1")
    : convolution.replace(/conv(\d)$/, "bn$1");
}

function missing(name: string): PneumoscopeError {
  return new PneumoscopeError(
    "WEIGHTS_INVALID",
    `The file has no ${name}; it needs the tensors of torchvision's or timm's resnet18.`,
  );
}
