/** What if: a trace with some of its spans slower, failed, repeated, gone, side by side, or on another model. */

import { changedRow } from "./columns";
import { criticalPath, type Segment } from "./criticalPath";
import { groupsOf, type Groups } from "./rows";
import { type Bottleneck, bottleneckOf, type StorySpan } from "./story";
import { buildTree, type Tree } from "./tree";
import type { Change } from "./whatIfChanges";
import { type Facts, pays, type Plan, planOf, type SupposedSpan } from "./whatIfPlan";
import { type Schedule, scheduleOf, valueAt } from "./whatIfSchedule";

/** What is needed of a span to suppose something of it, and to say where the time goes. */
interface WhatIfSpan extends SupposedSpan, StorySpan {
  error_type: string;
}

/** A trace in figures, as it was or as it would be. */
export interface Outcome<S extends WhatIfSpan> {
  tree: Tree<S>;
  path: ReadonlyMap<number, readonly Segment[]>;
  groups: Groups;
  durationNs: number;
  /** US dollars of what has a price. */
  cost: number;
  /** Calls whose price nobody knows. */
  unpriced: number;
  /** What took most of the time; null for a trace without any. */
  bottleneck: Bottleneck | null;
}

/** What calls cost, each of them; null where nobody knows. */
interface Charge {
  cost: string | null;
  times: number;
}

/** What was. */
export function outcomeOf<S extends WhatIfSpan>(tree: Tree<S>): Outcome<S> {
  return told(
    tree,
    tree.spans.filter(pays).map(({ total_cost }) => ({ cost: total_cost, times: 1 })),
  );
}

/** What would be. Changes add up, whatever their order; without any it is what was. */
export function whatIf<S extends WhatIfSpan>(
  tree: Tree<S>,
  changes: readonly Change[],
  facts: Facts,
): Outcome<S> {
  const plan = planOf(tree, changes, facts);
  const schedule = scheduleOf(tree, plan);
  const spans = tree.spans.flatMap((span, at) => supposed(span, at, plan, schedule));
  spans.sort((a, b) => a.start_offset_ns - b.start_offset_ns);
  return told(buildTree(spans), charges(tree, plan, schedule));
}

function told<S extends WhatIfSpan>(tree: Tree<S>, charged: readonly Charge[]): Outcome<S> {
  const path = criticalPath(tree);
  const groups = groupsOf(tree);
  return {
    ...{ tree, path, groups },
    durationNs: tree.endNs,
    cost: charged.reduce((sum, { cost, times }) => sum + Number(cost ?? 0) * times, 0),
    unpriced: charged.reduce((sum, { cost, times }) => sum + (cost === null ? times : 0), 0),
    bottleneck: bottleneckOf(tree, path, groups),
  };
}

/** The span as it would be, behind its further attempts; nothing where it would not begin. */
function supposed<S extends WhatIfSpan>(span: S, at: number, plan: Plan, schedule: Schedule): S[] {
  const attempts = attemptsOf(span, at, plan, schedule);
  if (schedule.begins[at] !== 1) return attempts;
  const startNs = rounded(valueAt(schedule.startNs, at));
  const firstNs = valueAt(schedule.firstNs, at);
  const isCut = !Number.isNaN(valueAt(plan.limitNs, at));
  const last: Partial<WhatIfSpan> = {
    start_offset_ns: startNs,
    duration_ns: rounded(valueAt(schedule.endNs, at)) - startNs,
    ttft_ns: Number.isNaN(firstNs) ? null : rounded(firstNs),
    retry_of: span.retry_of || (attempts[0]?.span_id ?? ""),
    total_cost: costOf(span, at, plan),
    ...(isCut ? { status: "error", error_type: "timeout" } : {}),
  };
  return [...attempts, changedRow<WhatIfSpan>(span, last) as S];
}

/** The attempts before the last; what is below them is not told again. */
function attemptsOf<S extends WhatIfSpan>(
  span: S,
  at: number,
  plan: Plan,
  schedule: Schedule,
): S[] {
  const lengthNs = valueAt(schedule.lengthNs, at);
  const cutNs = valueAt(schedule.cutNs, at);
  return begunNs(at, plan, schedule).map((startNs, place) => {
    const attempt: Partial<WhatIfSpan> = {
      span_id: `${span.span_id}~${place + 1}`,
      start_offset_ns: rounded(startNs),
      duration_ns: rounded(Math.min(startNs + lengthNs, cutNs)) - rounded(startNs),
      ttft_ns: null,
      status: "error",
      error_type: "retried",
      retry_of: span.retry_of || (place > 0 ? `${span.span_id}~1` : ""),
      total_cost: costOf(span, at, plan),
    };
    return changedRow<WhatIfSpan>(span, attempt) as S;
  });
}

function costOf(span: WhatIfSpan, at: number, plan: Plan): string | null {
  const cost = plan.costs.get(at);
  return cost === undefined ? span.total_cost : cost;
}

/** When the attempts before the last begin, as far as nothing cuts them off. */
function begunNs(at: number, plan: Plan, schedule: Schedule): number[] {
  const cutNs = valueAt(schedule.cutNs, at);
  const begun: number[] = [];
  let startNs = valueAt(schedule.startNs, at) - valueAt(schedule.leadNs, at);
  for (const pauseNs of plan.removed[at] === 1 ? [] : (plan.pauses.get(at) ?? [])) {
    if (startNs < cutNs) begun.push(startNs);
    startNs += valueAt(schedule.lengthNs, at) + pauseNs;
  }
  return begun;
}

/** What is charged: once for each time that a call is made. */
function charges(tree: Tree<WhatIfSpan>, plan: Plan, schedule: Schedule): Charge[] {
  const found: Charge[] = [];
  /** How often what is below a span is done. */
  const times = new Float64Array(tree.spans.length);
  tree.spans.forEach((span, at) => {
    const above = tree.parent[at] ?? -1;
    const timesAbove = above < 0 ? 1 : (times[above] ?? 0);
    const begins = schedule.begins[at] ?? 0;
    const made = (begunNs(at, plan, schedule).length + begins) * timesAbove;
    times[at] = begins * made;
    if (!pays(span) || made === 0) return;
    found.push({ cost: costOf(span, at, plan), times: made });
  });
  return found;
}

/** Of a further attempt the id of the span that it is one of. */
export function originalId(spanId: string): string {
  return spanId.replace(/~\d+$/, "");
}

/** Half up, as the API rounds. */
function rounded(ns: number): number {
  return Math.floor(ns + 0.5);
}
