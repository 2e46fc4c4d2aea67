/** Where the boxes of a call graph stand, in pixels, and the arrows between them. */

import type { GraphBox } from "./graphView";
import type { Place } from "./layering";

export interface Point {
  x: number;
  y: number;
}

export interface Frame extends Point {
  width: number;
  height: number;
}

export const HEAD = 46;
export const ROW = 24;
const WIDTH = 236;
const FOOT = 6;
const GAP = { x: 116, y: 26 };
const MARGIN = { x: 24, y: 44 };
/** Beside the last column for the brackets of its loops. */
const MARGIN_RIGHT = 52;
/** Arrows that lead back run so far above the boxes. */
const ABOVE = 30;

/** The frame of each box; columns are centred on the tallest. */
export function placed(
  boxes: readonly GraphBox[],
  places: ReadonlyMap<string, Place>,
): Map<string, Frame> {
  const columns: GraphBox[][] = [];
  for (const box of boxes) (columns[places.get(box.id)?.layer ?? 0] ??= []).push(box);
  const rowOf = ({ id }: GraphBox) => places.get(id)?.row ?? 0;
  for (const column of columns) column.sort((a, b) => rowOf(a) - rowOf(b));
  const tallest = Math.max(0, ...columns.map(columnHeight));
  const frames = new Map<string, Frame>();
  columns.forEach((column, layer) => {
    let y = MARGIN.y + (tallest - columnHeight(column)) / 2;
    for (const box of column) {
      const height = boxHeight(box);
      frames.set(box.id, { x: MARGIN.x + layer * (WIDTH + GAP.x), y, width: WIDTH, height });
      y += height + GAP.y;
    }
  });
  return frames;
}

function boxHeight({ rows }: GraphBox): number {
  return HEAD + (rows.length === 0 ? 0 : rows.length * ROW + FOOT);
}

function columnHeight(column: readonly GraphBox[]): number {
  return column.reduce((sum, box) => sum + boxHeight(box) + GAP.y, -GAP.y);
}

export function graphSize(frames: Iterable<Frame>): { width: number; height: number } {
  let [width, height] = [0, 0];
  for (const frame of frames) {
    width = Math.max(width, frame.x + frame.width + MARGIN_RIGHT);
    height = Math.max(height, frame.y + frame.height + MARGIN.x);
  }
  return { width, height };
}

interface Drawn {
  path: string;
  /** Where its figure stands. */
  label: Point;
}

/** A curve from a box, or its row at an index, to the head of another, as its `nth` one; back, above both of them. */
export function arrow(from: Frame, row: number | null, to: Frame, nth = 0): Drawn {
  const startY = from.y + (row === null ? HEAD / 2 : HEAD + (row + 0.5) * ROW);
  if (from === to) return selfArrow(from);
  if (to.x <= from.x) return backArrow(from, to);
  const start = { x: from.x + from.width, y: startY };
  const end = { x: to.x - 2, y: to.y + HEAD / 2 };
  const bend = (end.x - start.x) / 2;
  // Near the end, where arrows from one box have parted; those to one box have their figures one after the other.
  const t = Math.max(0.76 - 0.18 * nth, 0.3);
  const along = (a: number, b: number, c: number, d: number) =>
    (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t * t * c + t ** 3 * d;
  return {
    path: `M${start.x} ${start.y}C${start.x + bend} ${start.y} ${end.x - bend} ${end.y} ${end.x} ${end.y}`,
    label: {
      x: along(start.x, start.x + bend, end.x - bend, end.x),
      y: along(start.y, start.y, end.y, end.y) - 5,
    },
  };
}

function selfArrow({ x, y, width }: Frame): Drawn {
  const [left, right] = [x + width - 74, x + width - 26];
  const top = y - GAP.y;
  return {
    path: `M${right} ${y}C${right} ${top} ${left} ${top} ${left} ${y - 2}`,
    label: { x: left - 30, y: y - 6 },
  };
}

function backArrow(from: Frame, to: Frame): Drawn {
  const start = { x: from.x + from.width * 0.4, y: from.y };
  const end = { x: to.x + to.width * 0.6, y: to.y - 2 };
  const top = Math.min(start.y, end.y) - ABOVE;
  return {
    path: `M${start.x} ${start.y}C${start.x} ${top} ${end.x} ${top} ${end.x} ${end.y}`,
    label: { x: (start.x + end.x) / 2, y: (start.y + end.y + 6 * top) / 8 - 5 },
  };
}

/** Steps of one caller that take turns: a curve that both boxes share. */
export function turns(one: Frame, other: Frame): Drawn {
  const [first, last] = one.y <= other.y ? [one, other] : [other, one];
  if (first.x !== last.x)
    return backArrow(one.x > other.x ? one : other, one.x > other.x ? other : one);
  const x = first.x + first.width;
  const [fromY, toY] = [first.y + HEAD * 0.7, last.y + HEAD * 0.3];
  const bulge = x + GAP.x * 0.45;
  return {
    path: `M${x + 2} ${fromY}C${bulge} ${fromY} ${bulge} ${toY} ${x + 2} ${toY}`,
    label: { x: x + GAP.x * 0.36, y: (fromY + toY) / 2 + 4 },
  };
}

/** A part of the graph that fits a view: how it is moved and scaled. */
export interface Camera extends Point {
  scale: number;
}

const LEAST_SCALE = 0.15;
const MOST_SCALE = 2.5;
/** Below this nobody reads a name: then the beginning is shown, not all of it. */
const LEAST_READABLE = 0.6;

/** The whole in the middle of the view, never magnified; `isWhole` shrinks it as far as it takes. */
export function fitted(
  size: { width: number; height: number },
  view: { width: number; height: number },
  isWhole: boolean,
): Camera {
  const fits = Math.min(1, view.width / size.width, view.height / size.height);
  const scale = Math.max(fits, isWhole ? LEAST_SCALE : LEAST_READABLE);
  const [width, height] = [size.width * scale, size.height * scale];
  return {
    scale,
    x: width <= view.width ? (view.width - width) / 2 : 0,
    y: (view.height - height) / 2,
  };
}

/** Nearer or farther, while one point of the view stays where it is. */
export function zoomed(camera: Camera, factor: number, at: Point): Camera {
  const scale = Math.min(Math.max(camera.scale * factor, LEAST_SCALE), MOST_SCALE);
  const by = scale / camera.scale;
  return { scale, x: at.x - (at.x - camera.x) * by, y: at.y - (at.y - camera.y) * by };
}

/** Moved so that a frame is in the middle of the view. */
export function centred(
  camera: Camera,
  frame: Frame,
  view: { width: number; height: number },
): Camera {
  return {
    ...camera,
    x: view.width / 2 - (frame.x + frame.width / 2) * camera.scale,
    y: view.height / 2 - (frame.y + frame.height / 2) * camera.scale,
  };
}
