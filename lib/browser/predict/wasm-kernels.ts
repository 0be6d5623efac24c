import { addConfig } from "@tensorflow/tfjs-backend-wasm/dist/kernels/Add";
import { batchMatMulConfig } from "@tensorflow/tfjs-backend-wasm/dist/kernels/BatchMatMul";
import { castConfig } from "@tensorflow/tfjs-backend-wasm/dist/kernels/Cast";
import { concatConfig } from "@tensorflow/tfjs-backend-wasm/dist/kernels/Concat";
import { fusedConv2DConfig } from "@tensorflow/tfjs-backend-wasm/dist/kernels/FusedConv2D";
import { identityConfig } from "@tensorflow/tfjs-backend-wasm/dist/kernels/Identity";
import { maxPoolConfig } from "@tensorflow/tfjs-backend-wasm/dist/kernels/MaxPool";
import { meanConfig } from "@tensorflow/tfjs-backend-wasm/dist/kernels/Mean";
import { multiplyConfig } from "@tensorflow/tfjs-backend-wasm/dist/kernels/Multiply";
import { reluConfig } from "@tensorflow/tfjs-backend-wasm/dist/kernels/Relu";
import { reshapeConfig } from "@tensorflow/tfjs-backend-wasm/dist/kernels/Reshape";
import { transposeConfig } from "@tensorflow/tfjs-backend-wasm/dist/kernels/Transpose";
import { registerKernel } from "@tensorflow/tfjs-core";

// The package's own entry registers all of its 157 kernels, most of which the network does not use.
for (const kernel of [
  addConfig,
  batchMatMulConfig,
  castConfig,
  concatConfig,
  fusedConv2DConfig,
  identityConfig,
  maxPoolConfig,
  meanConfig,
  multiplyConfig,
  reluConfig,
  reshapeConfig,
  transposeConfig,
])
  registerKernel(kernel);

export { BackendWasm, setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm/dist/base";
