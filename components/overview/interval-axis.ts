import type { Interval } from "@/components/ui/format";

/** The part of 0 to 1 that intervals share: from the tenth below the lowest of them to 1. */
export function sharedAxis(intervals: readonly Interval[]): { from: number; to: 1 } {
  const lowest = Math.min(1, ...intervals.flatMap(({ low, value }) => [low ?? 1, value ?? 1]));
  return { from: Math.min(0.9, Math.max(0, Math.floor(lowest * 10 + 1e-9) / 10)), to: 1 };
}
