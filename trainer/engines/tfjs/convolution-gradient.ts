import * as tf from "@tensorflow/tfjs-core";

/**
 * Gives the wasm backend the two kernels that training needs, made of forward kernels: it has no
 * Conv2DBackpropFilter, and its Conv2DBackpropInput is a plain loop.
 */
export function registerWasmConvolutionGradients(): void {
  tf.registerKernel({
    kernelName: "Conv2DBackpropFilter",
    backendName: "wasm",
    kernelFunc: ({ inputs: { x, dy }, attrs }) => {
      const { filterShape, stride, pad } = readAttributes(attrs);
      return keepOutput(() => filterGradient(x as tf.Tensor4D, dy as tf.Tensor4D, filterShape, stride, pad));
    },
  });
  tf.unregisterKernel("Conv2DBackpropInput", "wasm");
  tf.registerKernel({
    kernelName: "Conv2DBackpropInput",
    backendName: "wasm",
    kernelFunc: ({ inputs: { dy, filter }, attrs }) => {
      const { inputShape, stride, pad } = readAttributes(attrs);
      return keepOutput(() =>
        inputGradient(dy as tf.Tensor4D, filter as tf.Tensor4D, inputShape, stride, pad),
      );
    },
  });
}

interface ConvolutionAttributes {
  strides: number | [number, number];
  pad: number;
  filterShape: number[];
  inputShape: number[];
}

function readAttributes(attributes: unknown) {
  const { strides, ...rest } = attributes as ConvolutionAttributes;
  return { ...rest, stride: Array.isArray(strides) ? strides[0] : strides };
}

/** The engine wraps a kernel's output in a tensor of its own, so the data must outlive the tensor made here. */
function keepOutput(compute: () => tf.Tensor): tf.TensorInfo {
  const { dataId, shape, dtype } = tf.tidy(compute);
  tf.backend().incRef(dataId);
  return { dataId, shape, dtype };
}

/**
 * dL/dx: the gradient with zeros between its pixels, convolved with the turned kernel.
 * @param dy [n, h, w, out]
 * @param filter [k, k, in, out]
 */
function inputGradient(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  shape: number[],
  stride: number,
  pad: number,
): tf.Tensor4D {
  const kernel = filter.shape[0];
  const spread = stride === 1 ? dy : spreadByTwo(dy);
  const before = kernel - 1 - pad;
  const after = [1, 2].map((axis) => (shape[axis] as number) - (spread.shape[axis] as number) + pad);
  const [bottom, right] = after as [number, number];
  // A negative margin drops pixels that no window reached.
  const height = spread.shape[1] + Math.min(0, bottom);
  const width = spread.shape[2] + Math.min(0, right);
  const kept = tf.slice(spread, [0, 0, 0, 0], [-1, height, width, -1]);
  const padded = tf.pad(kept, [
    [0, 0],
    [before, Math.max(0, bottom)],
    [before, Math.max(0, right)],
    [0, 0],
  ]);
  const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]) as tf.Tensor4D;
  return tf.conv2d(padded as tf.Tensor4D, turned, 1, "valid");
}

/** [n, h, w, c] → [n, 2h, 2w, c] with zeros in every second row and column. */
function spreadByTwo(dy: tf.Tensor4D): tf.Tensor4D {
  const [n, h, w, c] = dy.shape;
  const columns = tf.reshape(tf.concat([dy, tf.zerosLike(dy)], 3), [n, h, 2 * w, c]);
  return tf.reshape(tf.concat([columns, tf.zerosLike(columns)], 2), [n, 2 * h, 2 * w, c]) as tf.Tensor4D;
}

/**
 * dL/dfilter: for each place in the kernel, the input under it times the gradient, summed over all positions.
 * The transpose is explicit because matMul's own is far slower on wasm.
 */
function filterGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  shape: number[],
  stride: number,
  pad: number,
): tf.Tensor4D {
  const [kernel, , inChannels, outChannels] = shape as [number, number, number, number];
  const [n, h, w] = dy.shape;
  const padded = tf.pad(x, [
    [0, 0],
    [pad, pad],
    [pad, pad],
    [0, 0],
  ]);
  const gradient = tf.reshape(dy, [n * h * w, outChannels]);
  const places: tf.Tensor[] = [];
  for (let row = 0; row < kernel; row++) {
    for (let column = 0; column < kernel; column++) {
      const end = [n, row + (h - 1) * stride + 1, column + (w - 1) * stride + 1, inChannels];
      const under = tf.stridedSlice(padded, [0, row, column, 0], end, [1, stride, stride, 1]);
      const rows = tf.transpose(tf.reshape(under, [n * h * w, inChannels]));
      places.push(tf.matMul(rows, gradient));
    }
  }
  return tf.reshape(tf.concat(places, 0), [kernel, kernel, inChannels, outChannels]) as tf.Tensor4D;
}
