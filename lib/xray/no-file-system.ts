// What a browser bundle gets for `fs`: the JPEG codec's glue code names it in a branch that only Node takes.
// next.config.ts: turbopack.resolveAlias = { fs: { browser: "./lib/xray/no-file-system.ts" } }
export {};
