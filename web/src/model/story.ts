/** One sentence on where the time of a trace went. */

import { formatDuration, formatShare, nameOr } from "./format";
import type { Segment } from "./criticalPath";
import { hasChildren, type Tree, type TreeSpan } from "./tree";

/** Spans of one kind and name on the critical path. */
interface Stretch {
  name: string;
  ns: number;
  spans: Set<number>;
  /** What they were doing → for how long. */
  phases: Map<string, number>;
}

/**
 * "74 % of 8.20 s was chat gpt-4o waiting for its first token."
 *
 * Takes the largest share of the critical path, spans of one name together; of a streamed call the
 * longer phase, unless something else took longer than that. Null for a trace without any duration.
 */
export function whereTheTimeWent(
  tree: Tree<TreeSpan>,
  path: ReadonlyMap<number, readonly Segment[]>,
): string | null {
  const stretches = new Map<string, Stretch>();
  for (const [position, segments] of path) {
    const span = tree.spans[position];
    if (!span) continue;
    for (const segment of segments) addSegment(stretches, tree, span, segment);
  }
  const [largest, second] = [...stretches.values()].sort((a, b) => b.ns - a.ns);
  if (!largest || tree.endNs === 0) return null;
  const { doing, ns } = told(largest, second?.ns ?? 0);
  const isOne = largest.spans.size === 1;
  const name = isOne ? largest.name : `${largest.spans.size} × ${largest.name}`;
  const share = formatShare(ns / tree.endNs);
  return `${share} of ${formatDuration(tree.endNs)} was ${name}${isOne ? doing : inPlural(doing)}.`;
}

/** The longest phase, when it alone took longer than anything else; else all of the stretch. */
function told(stretch: Stretch, elseNs: number): { doing: string; ns: number } {
  const [longest] = [...stretch.phases].sort(([, a], [, b]) => b - a);
  if (!longest || longest[1] < elseNs) return { doing: "", ns: stretch.ns };
  return { doing: longest[0], ns: longest[1] };
}

function addSegment(
  stretches: Map<string, Stretch>,
  tree: Tree<TreeSpan>,
  span: TreeSpan,
  segment: Segment,
): void {
  const key = `${span.kind}\u0000${span.name}`;
  const fresh = (): Stretch => ({
    name: nameOr(span.name, span.span_id),
    ns: 0,
    spans: new Set(),
    phases: new Map(),
  });
  const stretch = stretches.get(key) ?? fresh();
  stretches.set(key, stretch);
  for (const { doing, ns } of phases(span, segment, hasChildren(tree, segment.position))) {
    if (ns <= 0) continue;
    stretch.ns += ns;
    stretch.spans.add(segment.position);
    stretch.phases.set(doing, (stretch.phases.get(doing) ?? 0) + ns);
  }
}

function inPlural(doing: string): string {
  return doing
    .replace("its first token", "their first tokens")
    .replace("its answer", "their answers")
    .replace("itself, outside its", "themselves, outside their");
}

/** What the span was doing: a streamed model call first waits, then writes. */
function phases(
  span: TreeSpan,
  segment: Segment,
  isParent: boolean,
): { doing: string; ns: number }[] {
  const whole = segment.endNs - segment.startNs;
  if (span.kind === "llm" && span.ttft_ns !== null) {
    const firstToken = span.start_offset_ns + span.ttft_ns;
    const waiting = Math.min(Math.max(firstToken - segment.startNs, 0), whole);
    return [
      { doing: " waiting for its first token", ns: waiting },
      { doing: " writing its answer", ns: whole - waiting },
    ];
  }
  return [{ doing: isParent ? " itself, outside its steps" : "", ns: whole }];
}
