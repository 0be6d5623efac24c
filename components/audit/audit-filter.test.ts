import { expect, it } from "vitest";
import { auditFilterFrom } from "./audit-filter";

const from = (query: string) => auditFilterFrom(new URLSearchParams(query));

it("takes whole days, the last one included", () => {
  expect(from("from=2026-02-28&to=2026-02-28&text= ada &action=user.created")).toEqual({
    text: "ada",
    action: "user.created",
    since: "2026-02-28T00:00:00.000Z",
    until: "2026-03-01T00:00:00.000Z",
  });
});

it("leaves out what nobody can mean", () => {
  expect(from("from=yesterday&to=2026-13-01&text=&action=user.exploded")).toEqual({});
  expect(from(`text=${"x".repeat(100_000)}`).text).toHaveLength(100);
});
