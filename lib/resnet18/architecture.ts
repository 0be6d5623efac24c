import { PneumoscopeError } from "@/lib/errors";
import type { Weights } from "@/lib/safetensors/safetensors";

/** Parts of the network from input to output; training starts at one of them. */
export const stages = ["conv1", "layer1", "layer2", "layer3", "layer4", "fc"] as const;
export type Stage = (typeof stages)[number];

/** A square convolution with bias (batch norm folded). Weights are `${name}.weight` [out, in, k, k] and `${name}.bias` [out]. */
export interface Convolution {
  name: string;
  inChannels: number;
  outChannels: number;
  kernel: number;
  stride: number;
  padding: number;
}

/** relu(conv2(relu(conv1(x))) + shortcut(x)); the shortcut is the identity where `downsample` is absent. */
export interface BasicBlock {
  stage: Stage;
  conv1: Convolution;
  conv2: Convolution;
  downsample?: Convolution;
}

export interface Architecture {
  /** Followed by relu and a 3×3 maximum pool of stride 2 and padding 1. */
  stem: Convolution;
  blocks: BasicBlock[];
  /** Channels of the last feature map, averaged over its area before `fc` [1, features]. */
  features: number;
  /** The stage whose output, averaged over its area, tells foreign images from radiographs (lib/prediction/refusal). */
  descriptor: { stage: Stage; channels: number };
}

/**
 * ResNet-18 of He, Zhang, Ren, Sun, «Deep Residual Learning for Image Recognition» (CVPR 2016), table 1, with
 * torchvision's tensor names. This is the only description of the network: tfjs, ONNX and training follow it.
 */
export const resnet18: Architecture = {
  stem: { name: "conv1", inChannels: 3, outChannels: 64, kernel: 7, stride: 2, padding: 3 },
  blocks: [
    ...residualStage("layer1", 64, 64, 1),
    ...residualStage("layer2", 64, 128, 2),
    ...residualStage("layer3", 128, 256, 2),
    ...residualStage("layer4", 256, 512, 2),
  ],
  features: 512,
  descriptor: { stage: "layer2", channels: 128 },
};

function residualStage(stage: Stage, inChannels: number, outChannels: number, stride: number): BasicBlock[] {
  const convolution = (suffix: string, from: number, kernel: number, step: number): Convolution => ({
    name: `${stage}.${suffix}`,
    inChannels: from,
    outChannels,
    kernel,
    stride: step,
    padding: kernel === 3 ? 1 : 0,
  });
  const first: BasicBlock = {
    stage,
    conv1: convolution("0.conv1", inChannels, 3, stride),
    conv2: convolution("0.conv2", outChannels, 3, 1),
  };
  if (stride !== 1) first.downsample = convolution("0.downsample.0", inChannels, 1, stride);
  return [
    first,
    {
      stage,
      conv1: convolution("1.conv1", outChannels, 3, 1),
      conv2: convolution("1.conv2", outChannels, 3, 1),
    },
  ];
}

/** The block whose output is averaged into the descriptor. */
export function isDescriptorBlock(
  block: BasicBlock,
  { blocks, descriptor }: Architecture = resnet18,
): boolean {
  return block === blocks.findLast(({ stage }) => stage === descriptor.stage);
}

/** The convolutions of a block in the order they run. */
export function blockConvolutions(block: BasicBlock): Convolution[] {
  return block.downsample ? [block.conv1, block.conv2, block.downsample] : [block.conv1, block.conv2];
}

/** Every tensor of the network with its shape, in the order of the layers. */
export function tensorShapes(architecture: Architecture = resnet18): Map<string, number[]> {
  const shapes = new Map<string, number[]>();
  for (const c of [architecture.stem, ...architecture.blocks.flatMap(blockConvolutions)]) {
    shapes.set(`${c.name}.weight`, [c.outChannels, c.inChannels, c.kernel, c.kernel]);
    shapes.set(`${c.name}.bias`, [c.outChannels]);
  }
  shapes.set("fc.weight", [1, architecture.features]);
  shapes.set("fc.bias", [1]);
  return shapes;
}

/** The stage a tensor belongs to, from its name. */
export function stageOf(tensorName: string): Stage {
  return tensorName.split(".")[0] as Stage;
}

/** Whether a tensor is trained when training starts at `from`. */
export function isTrainable(tensorName: string, from: Stage): boolean {
  return stages.indexOf(stageOf(tensorName)) >= stages.indexOf(from);
}

/**
 * Checks that weights are exactly this network's: every tensor there, in its shape, finite, none besides.
 * @throws WEIGHTS_INVALID naming the first tensor that is not
 */
export function assertComplete(weights: Weights): void {
  const shapes = tensorShapes();
  for (const [name, shape] of shapes) {
    const tensor = weights.get(name);
    if (!tensor) throw invalidWeights(`${name} is missing`);
    if (tensor.shape.join() !== shape.join()) {
      throw invalidWeights(`${name} has shape [${tensor.shape}], not [${shape}]`);
    }
    if (!allFinite(tensor.data)) throw invalidWeights(`${name} holds a value that is not finite`);
  }
  for (const name of weights.keys())
    if (!shapes.has(name)) throw invalidWeights(`${name} is not part of ResNet18`);
}

/** Zero times a value is zero unless the value is infinite or NaN; a function called for each of them is slow. */
function allFinite(values: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) * 0;
  return sum === 0;
}

function invalidWeights(rule: string): PneumoscopeError {
  return new PneumoscopeError(
    "WEIGHTS_INVALID",
    `These are not weights of this product's ResNet18: ${rule}.`,
  );
}
