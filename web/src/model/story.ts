/** One sentence on where the time of a trace went. */

import type { Segment } from "./criticalPath";
import { formatDuration, formatShare, nameOr } from "./format";
import type { Kind } from "./kinds";
import { type Attempted, type Groups } from "./rows";
import { endOf, hasChildren, type Tree, type TreeSpan } from "./tree";

export interface StorySpan extends Attempted {
  tool_name: string;
}

/** What took most of a trace's time, of what was waited for. */
export interface Bottleneck {
  /** "chat gpt-4o", "retries of tool search", "between spans, with nothing recorded". */
  name: string;
  ns: number;
  /** Of the whole, between 0 and 1. */
  share: number;
  /** Spans of this name that were waited for. */
  spans: number;
}

/** Time of one sort on the critical path: spans of one kind and name, retries of them, or nothing at all. */
interface Stretch {
  name: string;
  ns: number;
  spans: Set<number>;
  /** What they were doing → for how long. */
  phases: Map<string, number>;
}

interface Told {
  text: string;
  ns: number;
}

/** What is said of the second largest, from this share of the whole on. */
const LEAST_SECOND = 0.15;

/** How a kind is called in a sentence, where its name does not say it. */
const NOUNS: Partial<Record<Kind, string>> = {
  tool: "tool ",
  retriever: "retrieval ",
  reranker: "reranking ",
  embedding: "embedding ",
  guardrail: "guardrail ",
};

/**
 * "74 % of 8.20 s was chat gpt-4o waiting for its first token; 18 % was tool search."
 *
 * Takes the largest shares of the critical path, spans of one name together; of a streamed call the
 * longer phase, unless something else took longer than that. Attempts that failed, and the pauses after
 * them, are retries; what no span covers is said, too. Null for a trace without any duration.
 */
export function whereTheTimeWent(
  tree: Tree<StorySpan>,
  path: ReadonlyMap<number, readonly Segment[]>,
  groups: Groups,
): string | null {
  const [largest, second] = stretchesOf(tree, path, groups);
  if (!largest || tree.endNs === 0) return null;
  const share = ({ ns }: Told) => formatShare(ns / tree.endNs);
  const first = told(largest, second?.ns ?? 0);
  const sentence = `${share(first)} of ${formatDuration(tree.endNs)} was ${first.text}`;
  if (!second || second.ns < tree.endNs * LEAST_SECOND) return `${sentence}.`;
  const next = told(second, 0);
  return `${sentence}; ${share(next)} was ${next.text}.`;
}

/** The largest stretch of the critical path, all its phases together; null for a trace without any duration. */
export function bottleneckOf(
  tree: Tree<StorySpan>,
  path: ReadonlyMap<number, readonly Segment[]>,
  groups: Groups,
): Bottleneck | null {
  const [largest] = stretchesOf(tree, path, groups);
  if (!largest || tree.endNs === 0) return null;
  const { name, ns, spans } = largest;
  return { name, ns, share: ns / tree.endNs, spans: spans.size };
}

/** All of the trace's time by what took it, the largest first. */
function stretchesOf(
  tree: Tree<StorySpan>,
  path: ReadonlyMap<number, readonly Segment[]>,
  groups: Groups,
): Stretch[] {
  const stretches = new Map<string, Stretch>();
  const pauses = pausesOf(tree, groups);
  for (const [position, segments] of path) {
    const failedAttempt = groups.lastOf.has(position) ? tree.spans[position] : undefined;
    for (const segment of segments) {
      const attempt = failedAttempt ?? pauses.get(pauseId(position, segment.startNs));
      addSegment(stretches, tree, segment, attempt);
    }
  }
  addNothing(stretches, tree, path);
  return [...stretches.values()].sort((a, b) => b.ns - a.ns);
}

/** The longest phase, when it alone took longer than anything else; else all of the stretch. */
function told(stretch: Stretch, elseNs: number): Told {
  const [longest] = [...stretch.phases].sort(([, a], [, b]) => b - a);
  const isOne = stretch.spans.size <= 1;
  const name = isOne ? stretch.name : `${stretch.spans.size} × ${stretch.name}`;
  if (!longest || longest[1] < elseNs) return { text: name, ns: stretch.ns };
  const doing = isOne ? longest[0] : inPlural(longest[0]);
  return { text: `${name}${doing}`, ns: longest[1] };
}

/** The attempt after which each pause began, by the parent that waited and when. */
function pausesOf(tree: Tree<StorySpan>, groups: Groups): Map<string, StorySpan> {
  const pauses = new Map<string, StorySpan>();
  for (const [position, last] of groups.lastOf) {
    const attempt = tree.spans[position];
    if (attempt) pauses.set(pauseId(tree.parent[last] ?? -1, endOf(tree, attempt)), attempt);
  }
  return pauses;
}

function pauseId(parent: number, startNs: number): string {
  return `${parent} ${startNs}`;
}

function addSegment(
  stretches: Map<string, Stretch>,
  tree: Tree<StorySpan>,
  segment: Segment,
  attempt: StorySpan | undefined,
): void {
  const { position, startNs, endNs } = segment;
  const span = tree.spans[position];
  if (!span) return;
  if (attempt) {
    const label = { key: `retry\u0000${attempt.name}`, name: `retries of ${nameOf(attempt)}` };
    add(stretches, label, { doing: "", ns: endNs - startNs });
    return;
  }
  const label = { key: `${span.kind}\u0000${span.name}`, name: nameOf(span), position };
  for (const phase of phases(span, segment, hasChildren(tree, position))) {
    add(stretches, label, phase);
  }
}

interface Label {
  key: string;
  name: string;
  /** Counted in the name: retries are not. */
  position?: number;
}

function add(
  stretches: Map<string, Stretch>,
  { key, name, position }: Label,
  { doing, ns }: Phase,
): void {
  if (ns <= 0) return;
  const fresh = (): Stretch => ({ name, ns: 0, spans: new Set(), phases: new Map() });
  const stretch = stretches.get(key) ?? fresh();
  stretches.set(key, stretch);
  stretch.ns += ns;
  if (position !== undefined) stretch.spans.add(position);
  stretch.phases.set(doing, (stretch.phases.get(doing) ?? 0) + ns);
}

/** What no span covers: between roots, or before what came late. */
function addNothing(
  stretches: Map<string, Stretch>,
  tree: Tree<TreeSpan>,
  path: ReadonlyMap<number, readonly Segment[]>,
): void {
  let ns = tree.endNs;
  for (const segments of path.values()) {
    for (const { startNs, endNs } of segments) ns -= endNs - startNs;
  }
  // What is left of rounding is nothing.
  if (ns < tree.endNs * 1e-6) return;
  add(
    stretches,
    { key: "nothing", name: "between spans, with nothing recorded" },
    { doing: "", ns },
  );
}

function nameOf(span: StorySpan): string {
  const noun = NOUNS[span.kind] ?? "";
  const name = span.kind === "tool" && span.tool_name !== "" ? span.tool_name : span.name;
  return `${noun}${nameOr(name, span.span_id)}`;
}

function inPlural(doing: string): string {
  return doing
    .replace("its first token", "their first tokens")
    .replace("its answer", "their answers")
    .replace("itself, outside its", "themselves, outside their");
}

interface Phase {
  doing: string;
  ns: number;
}

/** What the span was doing: a streamed model call first waits, then writes. */
function phases(span: TreeSpan, segment: Segment, isParent: boolean): Phase[] {
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
