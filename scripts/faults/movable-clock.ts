import { readFileSync } from "node:fs";

const RealDate = Date;
const pollMs = 15;

/**
 * Makes `new Date()` and `Date.now()` of this process follow an offset in milliseconds that a file holds, as they
 * would follow the machine's clock. Timers go on as they do on a machine.
 */
export function followClock(file: string): void {
  let offsetMs = 0;
  const read = () => {
    try {
      offsetMs = Number(readFileSync(file, "utf8")) || 0;
    } catch {
      offsetMs = 0;
    }
  };
  class MovedDate extends RealDate {
    constructor(...values: [] | [number | string | RealDateType]) {
      if (values.length === 0) super(RealDate.now() + offsetMs);
      else super(...(values as [number]));
    }
    static override now(): number {
      return RealDate.now() + offsetMs;
    }
  }
  read();
  setInterval(read, pollMs).unref();
  globalThis.Date = MovedDate as unknown as DateConstructor;
}

type RealDateType = InstanceType<typeof RealDate>;
