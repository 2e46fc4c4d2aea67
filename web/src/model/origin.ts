/** Where a failure began: what a failed trace says is mostly what its root was handed from below. */

import { failed } from "./kinds";
import type { Tree, TreeSpan } from "./tree";

/**
 * Position of the span whose failure the first root ended with: below each failed span the last failed child. -1 where
 * the root did not fail, or failed by itself.
 */
export function originOf(tree: Tree<TreeSpan>): number {
  let origin = 0;
  for (let below = lastFailed(tree, origin); below > 0; below = lastFailed(tree, origin)) {
    origin = below;
  }
  const root = tree.spans[0];
  return origin > 0 && root && failed(root.status) ? origin : -1;
}

/** Positions of the spans that failed, in order. */
export function failuresOf(tree: Tree<TreeSpan>): number[] {
  return tree.spans.flatMap(({ status }, at) => (failed(status) ? [at] : []));
}

function lastFailed(tree: Tree<TreeSpan>, parent: number): number {
  const end = tree.end[parent] ?? 0;
  let last = -1;
  for (let at = parent + 1; at < end; at = tree.end[at] ?? end) {
    if (failed(tree.spans[at]?.status ?? "ok")) last = at;
  }
  return last;
}
