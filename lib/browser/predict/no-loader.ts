// What the worker's bundle gets for the loader of tfjs's threaded backend and for its threads' entry, which the page
// takes from /runtime instead (threaded-wasm.ts). next.config.ts: turbopack.resolveAlias
export const wasmWorkerContents = "";
export default undefined;
