/**
 * When each span of a trace would begin and end if others took another time.
 *
 * What waited for what is not recorded; it is taken from the order of what was. A span waits for its siblings that had
 * ended when it began, and for the first token of those that were still writing; a parent ends after the children that
 * ended within it. What lies between is the parent's own work and stays.
 */

import { endOf, type Tree } from "./tree";
import { childrenOf, type Plan, type SupposedSpan } from "./whatIfPlan";

/** Nanoseconds by position; of several attempts the last one's, from the trace's start. */
export interface Schedule {
  startNs: Float64Array;
  endNs: Float64Array;
  /** How long each attempt takes when nothing cuts it off. */
  lengthNs: Float64Array;
  /** From the start of the first attempt to that of the last. */
  leadNs: Float64Array;
  /** From its start; NaN without one. */
  firstNs: Float64Array;
  /** When what runs above is cut off. */
  cutNs: Float64Array;
  /** Whether it begins at all. */
  begins: Uint8Array;
}

/** Lengths, and where each first attempt begins, counted from the start of the span above. */
interface Layout extends Pick<Schedule, "lengthNs" | "leadNs" | "firstNs"> {
  scale: Float64Array;
  slotNs: Float64Array;
}

/** Siblings may overlap by this share of the earlier one and still be one after the other, as on the critical path. */
const CLOCK_SLACK = 0.01;

/** The spans as they would run. In O(n log n), without recursion. */
export function scheduleOf(tree: Tree<SupposedSpan>, plan: Plan): Schedule {
  const numbers = () => new Float64Array(tree.spans.length);
  const layout: Layout = {
    ...{ lengthNs: numbers(), leadNs: numbers(), firstNs: numbers() },
    ...{ scale: scalesOf(tree, plan), slotNs: numbers() },
  };
  for (let at = tree.spans.length - 1; at >= -1; at -= 1) layOut(tree, plan, layout, at);
  return placed(tree, plan, layout);
}

/** How many times as long the own work of each span takes, with what is supposed of the spans above. */
function scalesOf(tree: Tree<SupposedSpan>, plan: Plan): Float64Array {
  const scale = new Float64Array(tree.spans.length);
  tree.parent.forEach((above, at) => {
    scale[at] = valueAt(plan.factor, at) * (above < 0 ? 1 : valueAt(scale, above));
  });
  return scale;
}

/** A moment of a sibling: when it was, from when on it is in the past, and when it would be. */
interface Moment {
  position: number;
  isFirstToken: boolean;
  wasNs: number;
  byNs: number;
}

/** The latest of what had come by a moment: when it was, and when it would be, counted from the parent's start. */
interface Past {
  wasNs: number;
  isNs: number;
  /** What comes, in order, and how much of it has come. */
  moments: readonly Moment[];
  next: number;
}

/** A span, or the trace itself, whose children are placed. */
interface Within {
  startNs: number;
  endNs: number;
  scale: number;
  children: readonly number[];
}

/** Places the children of a position, -1 for the trace itself, and tells how long it takes. */
function layOut(tree: Tree<SupposedSpan>, plan: Plan, layout: Layout, parent: number): void {
  const within = withinOf(tree, layout, parent);
  const { startNs, endNs, scale, children } = within;
  const past: Past = { wasNs: startNs, isNs: 0, moments: momentsOf(tree, children), next: 0 };
  const isLate = (child: number) => startOf(tree, child) >= endNs && !isAwaited(tree, child, endNs);
  const place = (child: number) => {
    layout.slotNs[child] = slotOf(tree, plan, layout, { child, past, scale });
  };
  for (const child of children) if (!isLate(child)) place(child);
  if (parent < 0) return;
  close(tree, plan, layout, parent, within);
  const late = children.filter(isLate);
  if (late.length > 0) remember(past, endNs, valueAt(layout.lengthNs, parent));
  late.forEach(place);
}

function withinOf(tree: Tree<SupposedSpan>, layout: Layout, parent: number): Within {
  const span = tree.spans[parent];
  const children = childrenOf(tree, parent);
  if (!span) return { startNs: 0, endNs: tree.endNs, scale: 1, children };
  const startNs = span.start_offset_ns;
  return { startNs, endNs: endOf(tree, span), scale: valueAt(layout.scale, parent), children };
}

interface Placing {
  child: number;
  past: Past;
  scale: number;
}

/** When the first attempt of a child begins, counted from its parent's start. */
function slotOf(
  tree: Tree<SupposedSpan>,
  plan: Plan,
  layout: Layout,
  { child, past, scale }: Placing,
): number {
  const wasNs = startOf(tree, child);
  for (
    let moment = past.moments[past.next];
    moment && isPast(moment, wasNs, child);
    moment = past.moments[past.next]
  ) {
    remember(past, moment.wasNs, comesNs(layout, moment));
    past.next += 1;
  }
  const leader = plan.leader[child] ?? -1;
  if (leader >= 0) return besideNs(tree, layout, { child, leader, scale });
  return past.isNs + (wasNs - past.wasNs) * scale;
}

function startOf(tree: Tree<SupposedSpan>, at: number): number {
  return tree.spans[at]?.start_offset_ns ?? 0;
}

function remember(past: Pick<Past, "wasNs" | "isNs">, wasNs: number, isNs: number): void {
  past.wasNs = Math.max(past.wasNs, wasNs);
  past.isNs = Math.max(past.isNs, isNs);
}

function momentsOf(tree: Tree<SupposedSpan>, children: readonly number[]): Moment[] {
  const moments: Moment[] = [];
  for (const position of children) {
    const span = tree.spans[position];
    if (!span) continue;
    const endNs = endOf(tree, span);
    const byNs = endNs - slackNs(tree, position);
    moments.push({ position, isFirstToken: false, wasNs: endNs, byNs });
    if (span.ttft_ns === null) continue;
    const firstNs = Math.min(span.start_offset_ns + span.ttft_ns, endNs);
    moments.push({ position, isFirstToken: true, wasNs: firstNs, byNs: firstNs });
  }
  return moments.sort((a, b) => a.byNs - b.byNs || a.position - b.position);
}

function slackNs(tree: Tree<SupposedSpan>, position: number): number {
  const span = tree.spans[position];
  return span ? (endOf(tree, span) - span.start_offset_ns) * CLOCK_SLACK : 0;
}

/** Whether the parent waited for it. */
function isAwaited(tree: Tree<SupposedSpan>, child: number, endNs: number): boolean {
  const span = tree.spans[child];
  return span !== undefined && endOf(tree, span) <= endNs + slackNs(tree, child);
}

/** Of siblings that begin and end at one moment, the earlier ones are in the past of the later. */
function isPast(moment: Moment, ns: number, child: number): boolean {
  return moment.byNs < ns || (moment.byNs === ns && moment.position < child);
}

/** When a moment of a sibling would be, counted from the parent's start. */
function comesNs(layout: Layout, { position, isFirstToken }: Moment): number {
  const firstNs = valueAt(layout.firstNs, position);
  if (!isFirstToken || Number.isNaN(firstNs)) return overNs(layout, position);
  return valueAt(layout.slotNs, position) + valueAt(layout.leadNs, position) + firstNs;
}

/** When a span would end, counted from its parent's start. */
function overNs({ slotNs, leadNs, lengthNs }: Layout, at: number): number {
  return valueAt(slotNs, at) + valueAt(leadNs, at) + valueAt(lengthNs, at);
}

/** With its leader; an attempt after the one before it, as long a pause later as it was. */
function besideNs(
  tree: Tree<SupposedSpan>,
  layout: Layout,
  { child, leader, scale }: { child: number; leader: number; scale: number },
): number {
  const span = tree.spans[child];
  const before = span && span.retry_of !== "" ? attemptBefore(tree, child, leader) : -1;
  const attempt = tree.spans[before];
  if (!span || !attempt) return valueAt(layout.slotNs, leader);
  const pauseNs = Math.max(span.start_offset_ns - endOf(tree, attempt), 0) * scale;
  return overNs(layout, before) + pauseNs;
}

/** The latest sibling, from the leader on, of whose call this is another attempt; -1 without. */
function attemptBefore(tree: Tree<SupposedSpan>, child: number, leader: number): number {
  const first = tree.spans[child]?.retry_of;
  let found = -1;
  for (let at = leader; at < child; at = tree.end[at] ?? child) {
    const span = tree.spans[at];
    if (span?.span_id === first || span?.retry_of === first) found = at;
  }
  return found;
}

/** Tells how long a span takes, whose awaited children have their places. */
function close(
  tree: Tree<SupposedSpan>,
  plan: Plan,
  layout: Layout,
  at: number,
  { startNs, endNs, scale, children }: Within,
): void {
  const span = tree.spans[at];
  if (!span) return;
  const past = { wasNs: startNs, isNs: 0 };
  for (const position of children) {
    const child = tree.spans[position];
    if (child && isAwaited(tree, position, endNs)) {
      remember(past, endOf(tree, child), overNs(layout, position));
    }
  }
  const isRemoved = plan.removed[at] === 1;
  const limitNs = isRemoved ? 0 : valueAt(plan.limitNs, at);
  const wholeNs = Math.max(past.isNs + (endNs - past.wasNs) * scale, 0);
  const lengthNs = Number.isNaN(limitNs) ? wholeNs : limitNs;
  const pauses = isRemoved ? [] : (plan.pauses.get(at) ?? []);
  const firstNs = firstTokenNs(span, plan.firstShare.get(at), scale);
  layout.lengthNs[at] = lengthNs;
  layout.leadNs[at] = pauses.reduce((sum, pauseNs) => sum + lengthNs + pauseNs, 0);
  layout.firstNs[at] = firstNs < lengthNs ? firstNs : NaN;
}

function firstTokenNs(span: SupposedSpan, share: number | null | undefined, scale: number): number {
  if (span.ttft_ns === null || share === null) return NaN;
  return (share === undefined ? span.ttft_ns : share * (span.duration_ns ?? 0)) * scale;
}

/** From the roots down: moments of the trace, and what is cut off with the span above. */
function placed(tree: Tree<SupposedSpan>, plan: Plan, layout: Layout): Schedule {
  const numbers = () => new Float64Array(tree.spans.length);
  const { lengthNs, leadNs, firstNs, slotNs } = layout;
  const [startNs, endNs, cutNs] = [numbers(), numbers(), numbers()];
  const begins = new Uint8Array(tree.spans.length);
  /** When what is within a span is cut off. */
  const withinNs = numbers();
  tree.parent.forEach((above, at) => {
    const isRoot = above < 0;
    const cut = isRoot ? Infinity : begins[above] === 1 ? valueAt(withinNs, above) : -Infinity;
    const aboveNs = isRoot ? 0 : valueAt(startNs, above);
    const beginsNs = aboveNs + valueAt(slotNs, at) + valueAt(leadNs, at);
    const endsNs = Math.min(beginsNs + valueAt(lengthNs, at), cut);
    startNs[at] = beginsNs;
    endNs[at] = endsNs;
    cutNs[at] = cut;
    withinNs[at] = Number.isNaN(valueAt(plan.limitNs, at)) ? cut : endsNs;
    begins[at] = plan.removed[at] !== 1 && beginsNs < cut ? 1 : 0;
  });
  return { startNs, endNs, lengthNs, leadNs, firstNs, cutNs, begins };
}

/** The number at a position that is there. */
export function valueAt(numbers: Float64Array, at: number): number {
  return numbers[at] ?? NaN;
}
