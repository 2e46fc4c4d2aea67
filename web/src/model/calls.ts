/** The model calls of a trace, and which call each one goes on from. */

import { hasDescendant, type Tree, type TreeSpan } from "./tree";

interface Called extends TreeSpan {
  counted: boolean;
}

/** Whether a framework reported here the call that a client library below it made. */
export function isEcho(tree: Tree<Called>, position: number): boolean {
  const span = tree.spans[position];
  return (
    span?.kind === "llm" &&
    !span.counted &&
    hasDescendant(tree, position, ({ kind }) => kind === "llm")
  );
}

/**
 * The call before each call, by position: the latest one that the same agent made, else the latest of the trace.
 *
 * `skipped` are positions that do not count, such as attempts that failed.
 */
export function previousCalls(
  tree: Tree<Called>,
  skipped: ReadonlyMap<number, unknown>,
): ReadonlyMap<number, number> {
  const calls: number[] = [];
  tree.spans.forEach((span, at) => {
    if (span.kind === "llm" && !skipped.has(at) && !isEcho(tree, at)) calls.push(at);
  });
  const start = (at: number) => tree.spans[at]?.start_offset_ns ?? 0;
  calls.sort((a, b) => start(a) - start(b));
  const agents = agentsOf(tree);
  const latest = new Map<number, number>();
  const previous = new Map<number, number>();
  let last = -1;
  for (const at of calls) {
    const agent = agents[at] ?? -1;
    const before = latest.get(agent) ?? last;
    if (before >= 0) previous.set(at, before);
    latest.set(agent, at);
    last = at;
  }
  return previous;
}

/** The nearest agent above each span; -1 without. */
function agentsOf(tree: Tree<TreeSpan>): Int32Array {
  const agents = new Int32Array(tree.spans.length).fill(-1);
  tree.parent.forEach((above, at) => {
    if (above < 0) return;
    agents[at] = tree.spans[above]?.kind === "agent" ? above : (agents[above] ?? -1);
  });
  return agents;
}
