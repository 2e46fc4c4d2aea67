/** Who called whom: agents with their models and tools, how often, how long, for how much, and what went round. */

import { isEcho } from "./calls";
import { type GraphLoop, type Path, recursions, roundsOf } from "./graphLoops";
import { failed, type Kind } from "./kinds";
import type { Work } from "./slices";
import { endOf, type Tree, type TreeSpan } from "./tree";

export interface GraphSpan extends TreeSpan {
  counted: boolean;
  request_model: string;
  response_model: string;
  tool_name: string;
  agent_name: string;
  total_cost: string | null;
}

/** Of calls, with all that they called in turn; a call inside another of the same is in the count alone. */
export interface Sums {
  count: number;
  errors: number;
  durationNs: number;
  /** US dollars; null where nothing is priced. */
  cost: number | null;
}

export interface GraphNode extends Sums {
  id: string;
  kind: Kind;
  name: string;
  /** The agent, or the root of a trace without, that it is a part of: its own id where it is one. */
  group: string;
  /** Its spans, in reading order. */
  positions: number[];
}

interface GraphEdge extends Sums {
  from: string;
  to: string;
}

export interface CallGraph {
  /** In the order in which they were first called. */
  nodes: GraphNode[];
  edges: GraphEdge[];
  loops: GraphLoop[];
  /** The index of the node that each span belongs to: its own, or that of the nearest above it. */
  nodeAt: Int32Array;
}

const SHOWN: ReadonlySet<Kind> = new Set<Kind>([
  "llm",
  "agent",
  "tool",
  "retriever",
  "reranker",
  "embedding",
  "guardrail",
  "evaluator",
]);

/** Spans between two turns of others. */
const SLICE = 2_000;
/** What the store keeps of a dollar: whole ones of these add up exactly. */
const PARTS_OF_A_DOLLAR = 1e12;

/** The graph of a trace. What is not shown passes its callers on. */
export function* callGraph(tree: Tree<GraphSpan>): Work<CallGraph> {
  const walk = walkOf(tree, yield* costsUpTo(tree));
  for (let at = 0; at < tree.spans.length; at += 1) {
    if (at % SLICE === SLICE - 1) yield;
    visit(walk, at);
  }
  const { nodeAt, list, edges } = walk;
  const above = (at: number) => shownAbove(walk, at);
  const loops = [...recursions(walk.again, { nodeAt, above }), ...roundsOf(walk.steps.values())];
  const idOf = (index: number) => list[index]?.it.id ?? "";
  return {
    nodes: list.map(({ it }) => it),
    edges: Array.from(edges.values(), ({ it }) => it),
    loops: loops.map((loop) => ({ ...loop, nodes: loop.nodes.map(idOf) })),
    nodeAt,
  };
}

/** What is known of the spans so far. */
interface Walk {
  tree: Tree<GraphSpan>;
  costs: Costs;
  nodes: Map<string, Open<GraphNode>>;
  edges: Map<string, Open<GraphEdge>>;
  list: Open<GraphNode>[];
  nodeAt: Int32Array;
  /** The nearest span above that is shown, or the span itself. */
  shownAt: Int32Array;
  /** Calls inside of one of the same node. */
  again: Path[];
  /** The nodes that a span called, one after the other. */
  steps: Map<number, number[]>;
}

function walkOf(tree: Tree<GraphSpan>, costs: Costs): Walk {
  const untold = () => new Int32Array(tree.spans.length).fill(-1);
  return {
    ...{ tree, costs, nodes: new Map(), edges: new Map(), list: [] },
    ...{ nodeAt: untold(), shownAt: untold(), again: [], steps: new Map() },
  };
}

function shownAbove({ tree, shownAt }: Walk, at: number): number {
  return shownAt[tree.parent[at] ?? -1] ?? -1;
}

function visit(walk: Walk, at: number): void {
  const { tree, costs, nodeAt, shownAt, list } = walk;
  const span = tree.spans[at];
  if (!span) return;
  const above = shownAbove(walk, at);
  const caller = list[nodeAt[above] ?? -1];
  if (caller && (!SHOWN.has(span.kind) || isEcho(tree, at))) {
    [nodeAt[at], shownAt[at]] = [caller.index, above];
    return;
  }
  const node = nodeOf(walk, span, caller?.it);
  [nodeAt[at], shownAt[at]] = [node.index, at];
  if (at < node.until) walk.again.push({ from: above, node: node.index });
  node.it.positions.push(at);
  add(node, tree, at, costs);
  if (!caller) return;
  add(edgeOf(walk.edges, caller.it.id, node.it.id), tree, at, costs);
  const steps = walk.steps.get(above);
  if (steps) steps.push(node.index);
  else walk.steps.set(above, [node.index]);
}

/** What is being added up: spans before `until` are inside of one that is in it already. */
interface Open<It> {
  it: It;
  index: number;
  until: number;
}

/** Of the spans before each position, in parts of a dollar, and how many of them are priced. */
interface Costs {
  parts: Float64Array;
  priced: Int32Array;
}

function* costsUpTo({ spans }: Tree<GraphSpan>): Work<Costs> {
  const parts = new Float64Array(spans.length + 1);
  const priced = new Int32Array(spans.length + 1);
  for (let at = 0; at < spans.length; at += 1) {
    if (at % SLICE === SLICE - 1) yield;
    const span = spans[at];
    const cost = span?.counted ? span.total_cost : null;
    parts[at + 1] = (parts[at] ?? 0) + Math.round(Number(cost) * PARTS_OF_A_DOLLAR);
    priced[at + 1] = (priced[at] ?? 0) + (cost === null ? 0 : 1);
  }
  return { parts, priced };
}

function add(sum: Open<Sums>, tree: Tree<GraphSpan>, at: number, costs: Costs): void {
  const span = tree.spans[at];
  if (!span) return;
  sum.it.count += 1;
  if (failed(span.status)) sum.it.errors += 1;
  if (at < sum.until) return;
  const end = tree.end[at] ?? at + 1;
  sum.until = end;
  sum.it.durationNs += endOf(tree, span) - span.start_offset_ns;
  if (costs.priced[end] === costs.priced[at]) return;
  const parts = (costs.parts[end] ?? 0) - (costs.parts[at] ?? 0);
  sum.it.cost = (Math.round((sum.it.cost ?? 0) * PARTS_OF_A_DOLLAR) + parts) / PARTS_OF_A_DOLLAR;
}

function nodeOf(
  { nodes, list }: Walk,
  span: GraphSpan,
  caller: GraphNode | undefined,
): Open<GraphNode> {
  const { kind } = span;
  const name = nameOf(span);
  const own = `${kind} ${name}`;
  const id = kind === "agent" || !caller ? own : `${caller.group}\n${own}`;
  const found = nodes.get(id);
  if (found) return found;
  const group = id === own ? id : (caller?.group ?? id);
  const it = { id, kind, name, group, positions: [], ...NOTHING };
  const made = { it, index: list.length, until: 0 };
  list.push(made);
  nodes.set(id, made);
  return made;
}

const NOTHING: Sums = { count: 0, errors: 0, durationNs: 0, cost: null };

function edgeOf(edges: Map<string, Open<GraphEdge>>, from: string, to: string): Open<GraphEdge> {
  const id = `${from}\u0000${to}`;
  const found = edges.get(id);
  if (found) return found;
  const made = { it: { from, to, ...NOTHING }, index: edges.size, until: 0 };
  edges.set(id, made);
  return made;
}

/** A model by its name, a tool and an agent by theirs, anything else by its span's. */
function nameOf(span: GraphSpan): string {
  const names: Partial<Record<Kind, string>> = {
    llm: span.request_model || span.response_model,
    embedding: span.request_model || span.response_model,
    tool: span.tool_name,
    agent: span.agent_name,
  };
  return [names[span.kind], span.name].find(Boolean) ?? span.span_id;
}

/** Sums of several; what one has inside of another is in both. */
export function together(all: readonly Sums[]): Sums {
  const sum = { ...NOTHING };
  for (const { count, errors, durationNs, cost } of all) {
    sum.count += count;
    sum.errors += errors;
    sum.durationNs += durationNs;
    if (cost !== null) sum.cost = (sum.cost ?? 0) + cost;
  }
  return sum;
}
