/** The spans of a trace as a tree in reading order, in O(n) and without recursion. */

import type { Kind, Status } from "./kinds";

/** What the tree and the timeline need of a span; offsets count from the trace's start. */
export interface TreeSpan {
  span_id: string;
  parent_id: string;
  name: string;
  kind: Kind;
  status: Status;
  start_offset_ns: number;
  duration_ns: number | null;
  ttft_ns: number | null;
}

export interface Tree<S extends TreeSpan> {
  /** Parents before children, siblings by start. The other arrays have the same positions. */
  spans: readonly S[];
  depth: Int32Array;
  /** Position of the parent, -1 for a root. */
  parent: Int32Array;
  /** First position after the subtree: `end[i] - i - 1` descendants. */
  end: Int32Array;
  /** Where a span stands; -1 when it is not here. */
  positionOf: (spanId: string) => number;
  /** When the last span ends, or the latest known moment while one is open. */
  endNs: number;
}

const NONE = -1;

/** Builds the tree. Orphans, and the first span of a cycle, are roots: every span is shown once. */
export function buildTree<S extends TreeSpan>(spans: readonly S[]): Tree<S> {
  const count = spans.length;
  const inputs = new Map<string, number>();
  spans.forEach((span, input) => inputs.set(span.span_id, input));
  const links = link(spans, inputs);
  const order: S[] = [];
  const depth = new Int32Array(count);
  const parent = new Int32Array(count);
  const places = new Int32Array(count).fill(NONE);

  const walk = (root: number) => {
    const stack = [root];
    for (let input = stack.pop(); input !== undefined; input = stack.pop()) {
      const span = spans[input];
      if (!span || places[input] !== NONE) continue;
      const above = input === root ? NONE : read(places, read(links.parent, input));
      const at = order.push(span) - 1;
      places[input] = at;
      parent[at] = above;
      depth[at] = above === NONE ? 0 : read(depth, above) + 1;
      for (let child = read(links.lastChild, input); child !== NONE;) {
        stack.push(child);
        child = read(links.previous, child);
      }
    }
  };
  links.roots.forEach(walk);
  spans.forEach((_, input) => {
    if (places[input] === NONE) walk(input);
  });
  return {
    spans: order,
    depth,
    parent,
    end: subtreeEnds(parent),
    positionOf: (spanId) => read(places, inputs.get(spanId) ?? NONE),
    endNs: lastMoment(order),
  };
}

export function hasChildren(tree: Tree<TreeSpan>, position: number): boolean {
  return (tree.end[position] ?? 0) > position + 1;
}

/** Whether a span below this one is such. */
export function hasDescendant<S extends TreeSpan>(
  tree: Tree<S>,
  position: number,
  isSuch: (span: S) => boolean,
): boolean {
  const end = tree.end[position] ?? 0;
  for (let at = position + 1; at < end; at += 1) {
    const span = tree.spans[at];
    if (span && isSuch(span)) return true;
  }
  return false;
}

/** When a span ends; an open one lasts until the latest known moment. */
export function endOf(tree: Tree<TreeSpan>, span: TreeSpan): number {
  return span.duration_ns === null ? tree.endNs : span.start_offset_ns + span.duration_ns;
}

function read(numbers: Int32Array, index: number): number {
  return numbers[index] ?? NONE;
}

/** Each span's children as a list from the last to the first, which a stack turns round. */
function link(spans: readonly TreeSpan[], inputs: ReadonlyMap<string, number>) {
  const parent = new Int32Array(spans.length).fill(NONE);
  const lastChild = new Int32Array(spans.length).fill(NONE);
  const previous = new Int32Array(spans.length).fill(NONE);
  const roots: number[] = [];
  spans.forEach((span, input) => {
    const above = inputs.get(span.parent_id);
    if (above === undefined || above === input) {
      roots.push(input);
      return;
    }
    parent[input] = above;
    previous[input] = lastChild[above] ?? NONE;
    lastChild[above] = input;
  });
  return { parent, lastChild, previous, roots };
}

/** Backwards, each span hands the end of its subtree up to its parent. */
function subtreeEnds(parent: Int32Array): Int32Array {
  const end = new Int32Array(parent.length);
  for (let at = parent.length - 1; at >= 0; at -= 1) {
    end[at] = Math.max(end[at] ?? 0, at + 1);
    const above = parent[at] ?? NONE;
    if (above !== NONE) end[above] = Math.max(end[above] ?? 0, end[at] ?? 0);
  }
  return end;
}

function lastMoment(spans: readonly TreeSpan[]): number {
  let last = 0;
  for (const span of spans) {
    last = Math.max(last, span.start_offset_ns + (span.duration_ns ?? 0));
  }
  return last;
}
