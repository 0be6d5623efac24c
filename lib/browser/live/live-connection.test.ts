import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLiveConnection, type LiveNews } from "./live-connection";

class FakeSource extends EventTarget {
  closed = false;
  constructor(readonly url: string) {
    super();
  }
  close() {
    this.closed = true;
  }
  say(event: string, data: unknown = {}, lastEventId = "") {
    this.dispatchEvent(new MessageEvent(event, { data: JSON.stringify(data), lastEventId }));
  }
}

function setUp() {
  const opened: FakeSource[] = [];
  let hidden = false;
  let onVisibility = () => {};
  const connection = createLiveConnection({
    open(url) {
      const source = new FakeSource(url);
      opened.push(source);
      return source as unknown as EventSource;
    },
    isHidden: () => hidden,
    watchVisibility(listener) {
      onVisibility = listener;
      return () => {};
    },
  });
  const show = (visible: boolean) => {
    hidden = !visible;
    onVisibility();
  };
  return { connection, opened, show, last: () => opened.at(-1) as FakeSource };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("the tab's connection", () => {
  it("is one for all that listen, and ends after the last", () => {
    const { connection, opened, last } = setUp();
    const heard: LiveNews[] = [];
    const ends = [connection.listen((news) => heard.push(news)), connection.listen(() => {})];
    expect(opened).toHaveLength(1);
    last().say("change", { kind: "run", id: "run-1" }, "7");
    last().say("change", { kind: "from a newer server", id: "1" }, "8");
    last().say("resync");
    expect(heard).toEqual([{ kind: "run", id: "run-1" }, "resync"]);
    for (const end of ends) end();
    expect(last().closed).toBe(false);
    vi.advanceTimersByTime(1_000);
    expect(last().closed).toBe(true);
  });

  it("survives a change of page", () => {
    const { connection, opened, last } = setUp();
    connection.listen(() => {})();
    connection.listen(() => {});
    vi.advanceTimersByTime(10_000);
    expect(opened).toHaveLength(1);
    expect(last().closed).toBe(false);
  });

  it("comes back after ever longer pauses, and asks for what it missed", () => {
    const { connection, opened, last } = setUp();
    connection.listen(() => {});
    last().say("change", { kind: "run", id: "run-1" }, "41");
    const pauses: number[] = [];
    for (let failure = 0; failure < 10; failure++) {
      last().dispatchEvent(new Event("error"));
      expect(last().closed).toBe(true);
      const before = opened.length;
      let pauseMs = 0;
      for (; opened.length === before; pauseMs += 100) vi.advanceTimersByTime(100);
      pauses.push(pauseMs);
    }
    expect(pauses[0]).toBeLessThanOrEqual(1_000);
    expect(pauses.at(-1)).toBeGreaterThanOrEqual(30_000);
    expect(pauses.at(-1)).toBeLessThanOrEqual(60_000);
    expect(last().url).toBe("/api/live?since=41");
  });

  it("does not come back once the session has ended", () => {
    const { connection, opened, last } = setUp();
    connection.listen(() => {});
    last().say("end", { reason: "session" });
    expect(last().closed).toBe(true);
    connection.listen(() => {});
    vi.advanceTimersByTime(600_000);
    expect(opened).toHaveLength(1);
  });

  it("is given back while the tab is in the background", () => {
    const { connection, opened, show, last } = setUp();
    connection.listen(() => {});
    show(false);
    vi.advanceTimersByTime(4_000);
    show(true);
    vi.advanceTimersByTime(10_000);
    expect(opened).toHaveLength(1);
    expect(last().closed).toBe(false);
    show(false);
    vi.advanceTimersByTime(5_000);
    expect(last().closed).toBe(true);
    vi.advanceTimersByTime(600_000);
    expect(opened).toHaveLength(1);
    show(true);
    expect(opened).toHaveLength(2);
  });
});
