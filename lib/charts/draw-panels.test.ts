import { expect, it } from "vitest";
import { drawPanels, type Panel } from "./draw-panels";

const loss: Panel = {
  title: "Loss <by> rate",
  x: "rate",
  y: "loss",
  logarithmicX: true,
  lines: [
    {
      name: "train",
      points: [
        { x: 1e-5, y: 0.7 },
        { x: 1e-4, y: Number.NaN },
        { x: 1e-3, y: 0.2 },
      ],
    },
    { name: "validation", dash: [4, 3], points: [{ x: 1e-5, y: 0.8 }] },
  ],
  marks: [{ x: 1e-4, name: "suggested" }],
};

it("draws a line or a point a series and names it, escapes words, and gives the same bytes again", async () => {
  const panels = [loss, { ...loss, title: "Again" }];
  const svg = await drawPanels(panels, "Two panels");
  expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  for (const word of ["Loss &lt;by&gt; rate", "Again", "train", "validation", "suggested"])
    expect(svg).toContain(word);
  expect(svg.match(/class="mark-line /g)).toHaveLength(2);
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  expect(await drawPanels(panels, "Two panels")).toBe(svg);
});
