/** Gaps: long stretches of a trace in which nothing but containers ran, drawn short. */

import { ticks, type TimeWindow } from "./timeAxis";
import { endOf, hasChildren, type Tree, type TreeSpan } from "./tree";

export interface Gap {
  startNs: number;
  endNs: number;
}

/** A gap is drawn short from this share of the trace on … */
const LEAST_SHARE = 0.2;
/** … as this share of what is left. */
const DRAWN_SHARE = 0.04;

/** Real time and drawn time: the same but for gaps. */
export interface TimeScale {
  gaps: readonly Gap[];
  /** How long each gap is drawn. */
  gapNs: number;
  /** Length of the whole, drawn. */
  endNs: number;
}

/** The stretches without a span that does work, in order, each at least a fifth of the trace. */
export function findGaps(tree: Tree<TreeSpan>): Gap[] {
  const starts = new Float64Array(tree.spans.length);
  const ends = new Float64Array(tree.spans.length);
  let count = 0;
  tree.spans.forEach((span, at) => {
    if (hasChildren(tree, at)) return;
    starts[count] = span.start_offset_ns;
    ends[count] = endOf(tree, span);
    count += 1;
  });
  const ordered = {
    starts: starts.subarray(0, count).sort(),
    ends: ends.subarray(0, count).sort(),
  };
  const least = tree.endNs * LEAST_SHARE;
  const gaps: Gap[] = [];
  // When as many have ended as have started, nothing runs until the next start.
  for (let at = 0; at <= count; at += 1) {
    const startNs = ordered.ends[at - 1] ?? 0;
    const endNs = ordered.starts[at] ?? tree.endNs;
    if (least > 0 && endNs - startNs >= least) gaps.push({ startNs, endNs });
  }
  return gaps;
}

export function timeScale(endNs: number, gaps: readonly Gap[]): TimeScale {
  const gapsNs = gaps.reduce((sum, gap) => sum + gap.endNs - gap.startNs, 0);
  const leftNs = endNs - gapsNs;
  // Where nothing is left beside its gaps, there is nothing to make room for.
  if (gaps.length === 0 || leftNs <= 0) return { gaps: [], gapNs: 0, endNs: Math.max(endNs, 1) };
  const gapNs = leftNs * DRAWN_SHARE;
  return { gaps, gapNs, endNs: leftNs + gaps.length * gapNs };
}

/** Where a moment is drawn. */
export function drawn(scale: TimeScale, ns: number): number {
  let shiftNs = 0;
  for (const gap of scale.gaps) {
    if (ns <= gap.startNs) break;
    const lengthNs = gap.endNs - gap.startNs;
    if (ns < gap.endNs) {
      return gap.startNs - shiftNs + ((ns - gap.startNs) / lengthNs) * scale.gapNs;
    }
    shiftNs += lengthNs - scale.gapNs;
  }
  return ns - shiftNs;
}

/** The moment that is drawn there: the inverse of {@link drawn}. */
export function undrawn(scale: TimeScale, drawnNs: number): number {
  let shiftNs = 0;
  for (const gap of scale.gaps) {
    const startNs = gap.startNs - shiftNs;
    if (drawnNs <= startNs) break;
    const lengthNs = gap.endNs - gap.startNs;
    if (drawnNs < startNs + scale.gapNs) {
      return gap.startNs + ((drawnNs - startNs) / scale.gapNs) * lengthNs;
    }
    shiftNs += lengthNs - scale.gapNs;
  }
  return drawnNs + shiftNs;
}

/** Round moments inside a window of drawn time, about `count` of them, none within a gap. */
export function moments(scale: TimeScale, window: TimeWindow, count: number): number[] {
  const fromNs = undrawn(scale, window.startNs);
  const toNs = undrawn(scale, window.endNs);
  const stretches: TimeWindow[] = [];
  let startNs = fromNs;
  for (const gap of scale.gaps) {
    stretches.push({ startNs, endNs: Math.min(gap.startNs, toNs) });
    startNs = Math.max(gap.endNs, fromNs);
  }
  stretches.push({ startNs, endNs: toNs });
  const drawnNs = window.endNs - window.startNs;
  // As many for each stretch as its length has a share: so all have one step.
  return stretches
    .filter((stretch) => stretch.endNs > stretch.startNs)
    .flatMap((stretch) => ticks(stretch, (count * (stretch.endNs - stretch.startNs)) / drawnNs));
}
