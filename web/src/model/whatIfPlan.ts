/** What a set of changes means for each span of a trace. */

import type { Tree, TreeSpan } from "./tree";
import { type Change, modelKey, partsOf, type Target } from "./whatIfChanges";

/** What is needed of a span to suppose something of it. */
export interface SupposedSpan extends TreeSpan {
  retry_of: string;
  total_cost: string | null;
  counted: boolean;
  input_tokens: number | null;
  output_tokens: number | null;
}

/** What is known of a model: what each span would cost on it, and how fast it was in this project. */
export interface ModelFacts {
  /** US dollars by span id; null where nobody knows the price. */
  costs: Readonly<Record<string, string | null>>;
  /** Medians of the project's own calls; null where there are none. */
  ttft_ns: number | null;
  /** Output tokens by the second, after the first one. */
  tokens_per_s: number | null;
}

export type Facts = ReadonlyMap<string, ModelFacts>;

/** By position, what is done to each span. */
export interface Plan {
  /** How many times as long it takes, apart from what is supposed of spans above. */
  factor: Float64Array;
  /** When it is cut off, from its start; NaN where it is not. */
  limitNs: Float64Array;
  /** The pauses before further attempts, one each. */
  pauses: ReadonlyMap<number, readonly number[]>;
  removed: Uint8Array;
  /** The first of the siblings with which it begins; -1 where it begins when it did. */
  leader: Int32Array;
  /** What it costs instead; the amount is null where that is not known. */
  costs: ReadonlyMap<number, string | null>;
  /** At which share of its time its first token comes instead; null where that is not known. */
  firstShare: ReadonlyMap<number, number | null>;
}

/** While it is being made. */
interface Planned extends Plan {
  pauses: Map<number, readonly number[]>;
  costs: Map<number, string | null>;
  firstShare: Map<number, number | null>;
}

/** A pause before an attempt is never longer. */
const LONGEST_PAUSE_NS = 8e9;

/** Whether the span's usage is part of the trace's totals. */
export function pays(span: SupposedSpan): boolean {
  return span.counted && (span.input_tokens !== null || span.output_tokens !== null);
}

/** What the changes do to each span. A change whose target is not here does nothing. */
export function planOf(tree: Tree<SupposedSpan>, changes: readonly Change[], facts: Facts): Plan {
  const count = tree.spans.length;
  const plan: Planned = {
    factor: new Float64Array(count).fill(1),
    limitNs: new Float64Array(count).fill(NaN),
    removed: new Uint8Array(count),
    leader: new Int32Array(count).fill(-1),
    ...{ pauses: new Map(), costs: new Map(), firstShare: new Map() },
  };
  for (const change of changes) {
    const places = matches(tree, change.target);
    if (change.action === "parallel") beginTogether(tree, plan.leader, new Set(places));
    else if (change.action === "model") {
      const known = facts.get(modelKey(change.provider, change.model));
      for (const at of known ? paying(tree, places) : []) swap(tree, plan, at, known);
    } else {
      for (const at of places) set(plan, at, change);
    }
  }
  return plan;
}

/** What a change does to one span by itself. */
function set(
  plan: Planned,
  at: number,
  change: Exclude<Change, { action: "parallel" | "model" }>,
): void {
  switch (change.action) {
    case "scale":
      plan.factor[at] = (plan.factor[at] ?? 1) * change.factor;
      break;
    case "timeout":
      plan.limitNs[at] = change.after_ns;
      break;
    case "retry": {
      const more = pausesOf(change.times, change.pause_ns);
      plan.pauses.set(at, [...(plan.pauses.get(at) ?? []), ...more]);
      break;
    }
    case "remove":
      plan.removed[at] = 1;
  }
}

/** The positions of the spans that a target means; of such below each other the outermost alone. */
export function matches(tree: Tree<TreeSpan>, target: Target): number[] {
  const { by, value } = partsOf(target);
  if (by === "span") {
    const at = tree.positionOf(value);
    return at < 0 ? [] : [at];
  }
  const found: number[] = [];
  for (let at = 0; at < tree.spans.length;) {
    const span = tree.spans[at];
    const isSuch = (by === "kind" ? span?.kind : span?.name) === value;
    if (isSuch) found.push(at);
    at = isSuch ? (tree.end[at] ?? at + 1) : at + 1;
  }
  return found;
}

/** Those that pay among these spans, and the model calls that do below them. */
function paying(tree: Tree<SupposedSpan>, places: readonly number[]): number[] {
  const found: number[] = [];
  for (const top of places) {
    for (let at = top; at < (tree.end[top] ?? 0); at += 1) {
      const span = tree.spans[at];
      if (span && pays(span) && (at === top || span.kind === "llm")) found.push(at);
    }
  }
  return found;
}

function pausesOf(times: number, pauseNs: number): number[] {
  const pauses: number[] = [];
  for (let nextNs = pauseNs; pauses.length < times; nextNs *= 2) {
    pauses.push(Math.min(nextNs, LONGEST_PAUSE_NS));
  }
  return pauses;
}

/** Siblings of one kind that stand next to each other, one of these among them, begin with their first. */
function beginTogether(
  tree: Tree<TreeSpan>,
  leader: Int32Array,
  places: ReadonlySet<number>,
): void {
  const parents = new Set([...places].map((at) => tree.parent[at] ?? -1));
  for (const parent of parents) {
    for (const run of runsOf(tree, childrenOf(tree, parent))) {
      const [first = -1, ...others] = run.some((at) => places.has(at)) ? run : [];
      for (const at of others) leader[at] = first;
    }
  }
}

/** The longest stretches of one kind. */
function runsOf(tree: Tree<TreeSpan>, siblings: readonly number[]): number[][] {
  const runs: number[][] = [];
  for (const at of siblings) {
    const run = runs.at(-1);
    if (run && tree.spans[run[0] ?? -1]?.kind === tree.spans[at]?.kind) run.push(at);
    else runs.push([at]);
  }
  return runs;
}

/** The children of a position, -1 for the roots, in order of start. */
export function childrenOf(tree: Tree<TreeSpan>, parent: number): number[] {
  const children: number[] = [];
  const last = parent < 0 ? tree.spans.length : (tree.end[parent] ?? 0);
  for (let at = parent + 1; at < last; at = tree.end[at] ?? last) children.push(at);
  return children;
}

/** The call on another model: its price, and, where its speed is known, first token and writing at that speed. */
function swap(
  tree: Tree<SupposedSpan>,
  plan: Planned,
  at: number,
  known: ModelFacts | undefined,
): void {
  const span = tree.spans[at];
  if (!span || !known) return;
  plan.costs.set(at, known.costs[span.span_id] ?? null);
  const tookNs = tookOn(span, known);
  if (tookNs === null || !span.duration_ns) return;
  plan.factor[at] = (plan.factor[at] ?? 1) * (tookNs / span.duration_ns);
  const { ttft_ns: ttftNs } = known;
  if (span.ttft_ns !== null) plan.firstShare.set(at, ttftNs === null ? null : ttftNs / tookNs);
}

/** How long the call would take; null where that is not known. */
function tookOn({ output_tokens: tokens }: SupposedSpan, known: ModelFacts): number | null {
  if (known.tokens_per_s === null || tokens === null) return null;
  return (known.ttft_ns ?? 0) + (tokens / known.tokens_per_s) * 1e9;
}
