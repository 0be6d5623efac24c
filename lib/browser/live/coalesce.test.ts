import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createCoalescer } from "./coalesce";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("hands on a burst at once and together, and the next one a second later", () => {
  const handed: number[][] = [];
  const coalescer = createCoalescer<number>((items) => handed.push(items));
  vi.advanceTimersByTime(5_000);
  for (let item = 0; item < 1_000; item++) coalescer.add(item);
  vi.advanceTimersByTime(49);
  expect(handed).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(handed.map((items) => items.length)).toEqual([1_000]);
  coalescer.add(1);
  vi.advanceTimersByTime(999);
  coalescer.add(2);
  expect(handed).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(handed[1]).toEqual([1, 2]);
  vi.advanceTimersByTime(10_000);
  expect(handed).toHaveLength(2);
});

it("asks at most once a second of changes that never stop, and nothing once stopped", () => {
  const handOn = vi.fn();
  const coalescer = createCoalescer(handOn);
  for (let at = 0; at < 10_000; at += 10) {
    coalescer.add(at);
    vi.advanceTimersByTime(10);
  }
  expect(handOn.mock.calls.length).toBeGreaterThanOrEqual(9);
  expect(handOn.mock.calls.length).toBeLessThanOrEqual(10);
  coalescer.add(1);
  coalescer.stop();
  handOn.mockClear();
  vi.advanceTimersByTime(10_000);
  expect(handOn).not.toHaveBeenCalled();
});
