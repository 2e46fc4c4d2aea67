/** Self time: how long a span ran while none of its children did. */

import { endOf, type Tree, type TreeSpan } from "./tree";

/** Nanoseconds by position. Children that overlap are counted once, and only where their parent runs. */
export function selfTimes(tree: Tree<TreeSpan>): Float64Array {
  const own = new Float64Array(tree.spans.length);
  /** Up to where the children seen so far cover their parent: siblings come in order of start. */
  const covered = new Float64Array(tree.spans.length);
  tree.spans.forEach((span, at) => {
    const startNs = span.start_offset_ns;
    own[at] = endOf(tree, span) - startNs;
    covered[at] = startNs;
    const above = tree.parent[at] ?? -1;
    const parent = tree.spans[above];
    if (!parent) return;
    const fromNs = Math.max(startNs, covered[above] ?? 0);
    const untilNs = Math.min(endOf(tree, span), endOf(tree, parent));
    if (untilNs <= fromNs) return;
    own[above] = (own[above] ?? 0) - (untilNs - fromNs);
    covered[above] = untilNs;
  });
  return own;
}
