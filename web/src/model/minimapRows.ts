/** In which line of a picture of a whole trace each span is drawn. */

import type { Tree, TreeSpan } from "./tree";

interface MinimapRows {
  /** How many lines there are. */
  count: number;
  /** The line of the span at a position. */
  rowOf: (at: number) => number;
  /** Whether a line holds so many spans that what covers no new pixel need not be drawn. */
  isDense: boolean;
}

/** With more spans than this for each line a line stands for a level: callers above, what they called below. */
const DENSE = 4;

/** A line a span where there is room for it, else some share one; very many are put together by level. */
export function minimapRows(tree: Tree<TreeSpan>, most: number): MinimapRows {
  const spans = tree.spans.length;
  if (spans <= most * DENSE) {
    const count = Math.min(spans, most);
    return { count, rowOf: (at) => Math.floor((at / spans) * count), isDense: false };
  }
  let levels = 1;
  for (const depth of tree.depth) levels = Math.max(levels, depth + 1);
  const count = Math.min(levels, most);
  return {
    count,
    rowOf: (at) => Math.floor(((tree.depth[at] ?? 0) / levels) * count),
    isDense: true,
  };
}
