import type { CustomSeriesOption } from "echarts";

const cap = 4;

/**
 * A custom series of intervals: data are [place, low, high]; `upright` where the place is on the x axis.
 * Each is a line with a cap at either end.
 */
export function whiskers(
  data: readonly (readonly [place: number, low: number, high: number])[],
  { colour, upright, id, name }: { colour: string; upright: boolean; id: string; name: string },
): CustomSeriesOption {
  return {
    type: "custom",
    id,
    name,
    silent: true,
    tooltip: { show: false },
    data: data.map((row) => [...row]),
    encode: upright ? { x: 0, y: [1, 2] } : { y: 0, x: [1, 2] },
    z: 3,
    renderItem: (_, api) => {
      const [place, low, high] = [api.value(0), api.value(1), api.value(2)];
      const from = api.coord(upright ? [place, low] : [low, place]);
      const to = api.coord(upright ? [place, high] : [high, place]);
      const line = (x1: number, y1: number, x2: number, y2: number) => ({
        type: "line" as const,
        shape: { x1, y1, x2, y2 },
        style: { stroke: colour, lineWidth: 1.5 },
      });
      const [fx = 0, fy = 0] = from;
      const [tx = 0, ty = 0] = to;
      const [dx, dy] = upright ? [cap, 0] : [0, cap];
      return {
        type: "group",
        children: [
          line(fx, fy, tx, ty),
          line(fx - dx, fy - dy, fx + dx, fy + dy),
          line(tx - dx, ty - dy, tx + dx, ty + dy),
        ],
      };
    },
  };
}
