/** One sentence on where the time of a trace went. */

import { formatDuration, formatShare } from "./format";
import type { Segment } from "./criticalPath";
import { hasChildren, type Tree, type TreeSpan } from "./tree";

interface Stretch {
  name: string;
  doing: string;
  ns: number;
  spans: Set<number>;
}

/**
 * "74 % of 8.20 s was chat gpt-4o waiting for its first token."
 *
 * Takes the largest share of the critical path, spans of one name together. Null for a trace
 * without any duration.
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
  const largest = [...stretches.values()].sort((a, b) => b.ns - a.ns)[0];
  if (!largest || tree.endNs === 0) return null;
  const times = largest.spans.size > 1 ? `${largest.spans.size} × ` : "";
  const share = formatShare(largest.ns / tree.endNs);
  const doing = times === "" ? largest.doing : inPlural(largest.doing);
  return `${share} of ${formatDuration(tree.endNs)} was ${times}${largest.name}${doing}.`;
}

function addSegment(
  stretches: Map<string, Stretch>,
  tree: Tree<TreeSpan>,
  span: TreeSpan,
  segment: Segment,
): void {
  for (const { doing, ns } of phases(span, segment, hasChildren(tree, segment.position))) {
    if (ns <= 0) continue;
    const key = `${span.kind}\u0000${span.name}\u0000${doing}`;
    const stretch = stretches.get(key) ?? { name: span.name, doing, ns: 0, spans: new Set() };
    stretch.ns += ns;
    stretch.spans.add(segment.position);
    stretches.set(key, stretch);
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
