export { type ExpandOptions, expand } from "./expand";
export { defaultLimits, type ExpandLimits } from "./limits";
export type { FoundFile, FoundProblem, SourceBytes, SourceFile } from "./source-file";
