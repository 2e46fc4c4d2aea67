/** The critical path: the spans that the trace was waiting for, moment by moment, from its end back. */

import { endOf, type Tree, type TreeSpan } from "./tree";

/** A stretch of time during which this span itself, none of its children, was waited for. */
export interface Segment {
  position: number;
  startNs: number;
  endNs: number;
}

interface Window {
  /** -1 stands for the trace itself, whose children are the roots. */
  position: number;
  startNs: number;
  endNs: number;
}

interface Child {
  position: number;
  startNs: number;
  endNs: number;
}

/** Siblings may overlap by this share of the earlier one and still be one after the other. */
const CLOCK_SLACK = 0.01;

/**
 * The path's segments by position, each list in order of time.
 *
 * From the end of a span: the child that ended last was waited for, back to its start; then the
 * child that had ended by then, and so on; what no child covers is the span's own. Children that
 * outlive their parent are cut at its end.
 */
export function criticalPath(tree: Tree<TreeSpan>): Map<number, Segment[]> {
  const path = new Map<number, Segment[]>();
  const stack: Window[] = [{ position: -1, startNs: 0, endNs: tree.endNs }];
  for (let window = stack.pop(); window; window = stack.pop()) {
    const own = ownSegments(tree, window, stack);
    if (window.position >= 0 && own.length > 0) path.set(window.position, own.reverse());
  }
  return path;
}

function ownSegments(tree: Tree<TreeSpan>, window: Window, found: Window[]): Segment[] {
  const own: Segment[] = [];
  const { position } = window;
  let cursor = window.endNs;
  for (const child of lastFirst(tree, window)) {
    if (cursor <= window.startNs) break;
    const slack = (child.endNs - child.startNs) * CLOCK_SLACK;
    if (child.endNs > cursor + slack || child.startNs >= cursor) continue;
    const endNs = Math.min(child.endNs, cursor);
    if (cursor > endNs) own.push({ position, startNs: endNs, endNs: cursor });
    cursor = Math.max(child.startNs, window.startNs);
    found.push({ position: child.position, startNs: cursor, endNs });
  }
  if (cursor > window.startNs) own.push({ position, startNs: window.startNs, endNs: cursor });
  return own;
}

/** The children within the window, the one that ends last first. */
function lastFirst(tree: Tree<TreeSpan>, window: Window): Child[] {
  const children: Child[] = [];
  const last = window.position < 0 ? tree.spans.length : (tree.end[window.position] ?? 0);
  for (let at = window.position + 1; at < last; at = tree.end[at] ?? last) {
    const span = tree.spans[at];
    if (!span) break;
    const endNs = Math.min(endOf(tree, span), window.endNs);
    if (endNs > span.start_offset_ns) {
      children.push({ position: at, startNs: span.start_offset_ns, endNs });
    }
  }
  return children.sort((a, b) => b.endNs - a.endNs || b.startNs - a.startNs);
}

/** The same time in no more than so many segments, in order: neighbours grow together over the smallest gaps. */
export function fewerSegments(segments: readonly Segment[], most: number): readonly Segment[] {
  if (segments.length <= most) return segments;
  const gapBefore = (at: number) => (segments[at]?.startNs ?? 0) - (segments[at - 1]?.endNs ?? 0);
  const order = segments.map((_, at) => at).slice(1);
  const kept = new Set(order.toSorted((a, b) => gapBefore(b) - gapBefore(a)).slice(0, most - 1));
  const fewer: Segment[] = [];
  segments.forEach((segment, at) => {
    const last = fewer.at(-1);
    if (last && !kept.has(at)) fewer[fewer.length - 1] = { ...last, endNs: segment.endNs };
    else fewer.push(segment);
  });
  return fewer;
}
