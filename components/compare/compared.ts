import { createContext, useContext } from "react";
import type { ModelComparison } from "@/lib/browser/trpc";

export interface Compared {
  comparison: ModelComparison;
  /** Short names, in the order of the models. */
  names: readonly string[];
}

export const ComparedContext = createContext<Compared | null>(null);

/** What is compared; the parts of the page are inside it. */
export function useCompared(): Compared {
  const compared = useContext(ComparedContext);
  if (!compared) throw new Error("This belongs inside a comparison.");
  return compared;
}
