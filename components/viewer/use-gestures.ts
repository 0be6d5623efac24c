import { type RefObject, useEffect, useRef } from "react";
import type { Point } from "@/lib/viewing/view";

/** All in screen pixels, points from the pane's upper left corner. */
export interface Gestures {
  onWindow(right: number, down: number): void;
  onPan(right: number, down: number): void;
  onZoom(factor: number, at: Point): void;
  onFit(): void;
  /** Null when the pointer leaves. */
  onPoint(at: Point | null): void;
}

/** A finger that lands beside another moves a little first; that is no drag yet. */
const slopPx = 4;
const doubleTapMs = 320;

interface Touching {
  at: Point;
  startedAt: Point;
  dragging: boolean;
}

/**
 * What PACS workstations have taught: drag for window and level (left or right button), Shift or middle drag to move,
 * wheel to zoom, double click to fit. One finger is a drag, two fingers move and zoom.
 */
export function useGestures(pane: RefObject<HTMLElement | null>, gestures: Gestures): void {
  const latest = useRef(gestures);
  useEffect(() => {
    latest.current = gestures;
  });
  useEffect(() => {
    const element = pane.current;
    return element ? listen(element, () => latest.current) : undefined;
  }, [pane]);
}

function listen(element: HTMLElement, gestures: () => Gestures): () => void {
  const touching = new Map<number, Touching>();
  let lastTap = { time: 0, at: { x: 0, y: 0 } };
  const pointOf = ({ clientX, clientY }: MouseEvent): Point => {
    const box = element.getBoundingClientRect();
    return { x: clientX - box.left, y: clientY - box.top };
  };

  function onDown(event: PointerEvent): void {
    const at = pointOf(event);
    event.preventDefault();
    element.setPointerCapture(event.pointerId);
    touching.set(event.pointerId, { at, startedAt: at, dragging: event.pointerType === "mouse" });
  }

  function onMove(event: PointerEvent): void {
    const to = pointOf(event);
    const touch = touching.get(event.pointerId);
    if (!touch) {
      gestures().onPoint(to);
      return;
    }
    const from = touch.at;
    const other = [...touching].find(([id]) => id !== event.pointerId)?.[1];
    touch.at = to;
    if (other) {
      pinch(from, to, other);
      return;
    }
    touch.dragging ||= distance(touch.startedAt, to) > slopPx;
    if (!touch.dragging) return;
    const moves = event.shiftKey || (event.buttons & 4) !== 0;
    const act = moves ? gestures().onPan : gestures().onWindow;
    act(to.x - from.x, to.y - from.y);
    if (event.pointerType === "mouse") gestures().onPoint(to);
  }

  function pinch(from: Point, to: Point, other: Touching): void {
    other.dragging = true;
    const apart = distance(from, other.at);
    gestures().onPan((to.x - from.x) / 2, (to.y - from.y) / 2);
    if (apart > 0) gestures().onZoom(distance(to, other.at) / apart, middle(to, other.at));
  }

  function onUp(event: PointerEvent): void {
    const touch = touching.get(event.pointerId);
    touching.delete(event.pointerId);
    // The finger that stays must not take up windowing with a jump.
    for (const other of touching.values()) other.startedAt = other.at;
    if (!touch || touch.dragging || event.pointerType === "mouse") return;
    const isSecond = event.timeStamp - lastTap.time < doubleTapMs && distance(lastTap.at, touch.at) < 30;
    lastTap = { time: isSecond ? 0 : event.timeStamp, at: touch.at };
    if (isSecond) gestures().onFit();
    else gestures().onPoint(touch.at);
  }

  function onWheel(event: WheelEvent): void {
    event.preventDefault();
    gestures().onZoom(Math.exp(-event.deltaY / (event.ctrlKey ? 100 : 600)), pointOf(event));
  }

  const onLeave = (event: PointerEvent) => {
    if (event.pointerType === "mouse" && !touching.has(event.pointerId)) gestures().onPoint(null);
  };
  const onDoubleClick = () => gestures().onFit();
  const onContextMenu = (event: Event) => event.preventDefault();
  const controller = new AbortController();
  const { signal } = controller;
  element.addEventListener("pointerdown", onDown, { signal });
  element.addEventListener("pointermove", onMove, { signal });
  element.addEventListener("pointerup", onUp, { signal });
  element.addEventListener("pointercancel", onUp, { signal });
  element.addEventListener("pointerleave", onLeave, { signal });
  element.addEventListener("dblclick", onDoubleClick, { signal });
  element.addEventListener("contextmenu", onContextMenu, { signal });
  element.addEventListener("wheel", onWheel, { signal, passive: false });
  return () => controller.abort();
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function middle(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}
