/** Where the boxes of a layered graph stand, in pixels, and the arrows between them. */

import type { Place } from "./layering";

export interface Point {
  x: number;
  y: number;
}

export const BOX = { width: 188, height: 46 };
const GAP = { x: 84, y: 18 };
const MARGIN = 20;

/** The left upper corner of each box; columns are centred on the tallest. */
export function placed(places: ReadonlyMap<string, Place>): Map<string, Point> {
  const heights = new Map<number, number>();
  for (const { layer, row } of places.values()) {
    heights.set(layer, Math.max(heights.get(layer) ?? 0, row + 1));
  }
  const tallest = Math.max(0, ...heights.values());
  const step = BOX.height + GAP.y;
  return new Map(
    [...places].map(([id, { layer, row }]) => [
      id,
      {
        x: MARGIN + layer * (BOX.width + GAP.x),
        y: MARGIN + (row + (tallest - (heights.get(layer) ?? 0)) / 2) * step,
      },
    ]),
  );
}

export function graphSize(points: Iterable<Point>): { width: number; height: number } {
  let [width, height] = [0, 0];
  for (const { x, y } of points) {
    width = Math.max(width, x + BOX.width + MARGIN);
    height = Math.max(height, y + BOX.height + MARGIN);
  }
  return { width, height };
}

/** A curve from box to box and the middle of it; a call back, or to itself, leaves and arrives below. */
export function arrow(from: Point, to: Point): { path: string; label: Point } {
  if (to.x > from.x) {
    const start = { x: from.x + BOX.width, y: from.y + BOX.height / 2 };
    const end = { x: to.x - 1, y: to.y + BOX.height / 2 };
    const bend = GAP.x / 2;
    return {
      path: `M${start.x} ${start.y}C${start.x + bend} ${start.y} ${end.x - bend} ${end.y} ${end.x} ${end.y}`,
      label: { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 - 5 },
    };
  }
  const start = { x: from.x + BOX.width * 0.7, y: from.y + BOX.height };
  const end = { x: to.x + BOX.width * 0.3, y: to.y + BOX.height + 1 };
  const below = Math.max(start.y, end.y) + GAP.y;
  return {
    path: `M${start.x} ${start.y}C${start.x} ${below} ${end.x} ${below} ${end.x} ${end.y}`,
    label: { x: (start.x + end.x) / 2, y: below + 1 },
  };
}
