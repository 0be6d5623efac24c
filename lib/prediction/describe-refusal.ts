import type { RefusalReason } from "./outcome";

/** A reason as a sentence for commands and logs; pages have their own words. */
export function describeRefusal({ kind, value, limit }: RefusalReason): string {
  const figures = `(${value.toFixed(2)}, at most ${limit.toFixed(2)})`;
  switch (kind) {
    case "colour":
      return `It is in colour ${figures}; radiographs are gray.`;
    case "shape":
      return `It is far longer on one side than on the other ${figures}.`;
    case "content":
      return `It is almost uniform: its gray levels span ${value.toFixed(0)} of 255, at least ${limit} are needed.`;
    case "unlike-training":
      return `It looks unlike the chest radiographs the model was trained on (distance ${value.toFixed(2)}, at most ${limit.toFixed(2)}).`;
  }
}
