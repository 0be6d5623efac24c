import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ChainLink, chainStart, emptyChain, followChain, hashOfEvent } from "./chain";

const eventOf = (id: number): Omit<ChainLink, "hash"> => ({
  id,
  at: new Date(Date.UTC(2026, 0, 1) + id * 1000),
  action: "model_version.published",
  actor: "loop",
  entityId: `v${id}`,
  details: { serial: id, nested: { b: 1, a: [1.5, null, "é"] } },
});

function chainOf(count: number): ChainLink[] {
  let previous = chainStart;
  return Array.from({ length: count }, (_, i) => {
    const event = eventOf(i + 1);
    previous = hashOfEvent(previous, event);
    return { ...event, hash: previous };
  });
}

/** A link that is there. */
const at = (chain: ChainLink[], index: number) => chain[index] as ChainLink;

const changes: Record<string, (chain: ChainLink[], index: number) => ChainLink[]> = {
  "another actor": (chain, i) => chain.with(i, { ...at(chain, i), actor: "someone" }),
  "another time": (chain, i) => chain.with(i, { ...at(chain, i), at: new Date(0) }),
  "another detail": (chain, i) => chain.with(i, { ...at(chain, i), details: { serial: -1 } }),
  "no hash": (chain, i) =>
    i === 0 ? chain.with(1, { ...at(chain, 1), hash: null }) : chain.with(i, { ...at(chain, i), hash: null }),
  "one removed": (chain, i) => chain.toSpliced(i, 1),
  "two exchanged": (chain, i) => chain.with(i, at(chain, i + 1)).with(i + 1, at(chain, i)),
  "one repeated": (chain, i) => chain.toSpliced(i, 0, at(chain, i)),
  "one changed with its own hash made anew": (chain, i) => {
    const changed = { ...at(chain, i), actor: "someone" };
    const before = i === 0 ? chainStart : (at(chain, i - 1).hash as string);
    return chain.with(i, { ...changed, hash: hashOfEvent(before, changed) });
  },
};

describe("the chain", () => {
  it("holds, in whatever portions it is read", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 30 }), (count, cut) => {
        const chain = chainOf(count);
        const first = followChain(emptyChain, chain.slice(0, cut));
        const second = followChain(first.state, chain.slice(cut));
        expect(second).toEqual({
          state: { hash: chain.at(-1)?.hash ?? chainStart, checked: count, unchained: 0 },
          brokenAt: null,
        });
      }),
    );
  });

  it.each(Object.entries(changes))("breaks at %s", (_, change) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 8 }), (index) => {
        expect(followChain(emptyChain, change(chainOf(10), index)).brokenAt).not.toBeNull();
      }),
    );
  });

  it("counts events from before it, at the beginning only", () => {
    const [a, b, ...rest] = chainOf(5).map((link, i) => (i < 2 ? { ...link, hash: null } : link));
    let previous = chainStart;
    const chained = rest.map((link) => {
      previous = hashOfEvent(previous, link);
      return { ...link, hash: previous };
    });
    expect(followChain(emptyChain, [a, b, ...chained] as ChainLink[])).toMatchObject({
      brokenAt: null,
      state: { checked: 3, unchained: 2 },
    });
  });

  it("does not depend on the order of keys, nor on values that JSON leaves out", () => {
    const event = { ...eventOf(1), details: { a: 1, b: 2, c: undefined } };
    expect(hashOfEvent(chainStart, event)).toBe(
      hashOfEvent(chainStart, { ...event, details: { b: 2, a: 1 } }),
    );
  });
});
