/** Who called whom: agents, models, tools and the like by name, with how often, how long and for how much. */

import { isEcho } from "./calls";
import { failed, type Kind } from "./kinds";
import { endOf, type Tree, type TreeSpan } from "./tree";

interface GraphSpan extends TreeSpan {
  counted: boolean;
  request_model: string;
  response_model: string;
  tool_name: string;
  agent_name: string;
  total_cost: string | null;
}

export interface GraphNode {
  id: string;
  kind: Kind;
  name: string;
  /** Its spans, in reading order. */
  positions: number[];
  errors: number;
  /** Of spans that are not inside another of the same node. */
  durationNs: number;
  /** US dollars; null where nothing is priced. */
  cost: number | null;
}

interface GraphEdge {
  from: string;
  to: string;
  count: number;
}

interface CallGraph {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

/** More nodes than this are a list, not a picture: those with the least time are put together by kind. */
const MOST_NODES = 48;

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

/** Nodes in the order in which they were first called. What is not shown passes its callers on. */
export function callGraph(tree: Tree<GraphSpan>): CallGraph {
  const nodes = new Map<string, GraphNode>();
  /** The node of a span, or of the nearest above it. */
  const nodeAt: (GraphNode | undefined)[] = [];
  const counts = new Map<string, GraphEdge>();
  tree.spans.forEach((span, at) => {
    const caller = nodeAt[tree.parent[at] ?? -1];
    const isShown = SHOWN.has(span.kind) && !isEcho(tree, at);
    if (!isShown && caller) {
      nodeAt[at] = caller;
      return;
    }
    const node = nodeOf(nodes, span);
    nodeAt[at] = node;
    addSpan(node, tree, at, caller === node);
    if (caller) addCall(counts, caller.id, node.id, 1);
  });
  return joined({ nodes: [...nodes.values()], edges: [...counts.values()] });
}

function nodeOf(nodes: Map<string, GraphNode>, span: GraphSpan): GraphNode {
  const name = nameOf(span);
  const id = `${span.kind} ${name}`;
  const found = nodes.get(id);
  if (found) return found;
  const made = emptyNode(id, span.kind, name);
  nodes.set(id, made);
  return made;
}

/** A model by its name, a tool and an agent by theirs, anything else by its span's. */
function nameOf(span: GraphSpan): string {
  const names: Partial<Record<Kind, string>> = {
    llm: firstOf(span.request_model, span.response_model),
    embedding: firstOf(span.request_model, span.response_model),
    tool: span.tool_name,
    agent: span.agent_name,
  };
  return firstOf(names[span.kind] ?? "", span.name, span.span_id);
}

function addSpan(node: GraphNode, tree: Tree<GraphSpan>, at: number, isInside: boolean): void {
  const span = tree.spans[at];
  if (!span) return;
  node.positions.push(at);
  if (failed(span.status)) node.errors += 1;
  if (!isInside) node.durationNs += endOf(tree, span) - span.start_offset_ns;
  if (span.counted && span.total_cost !== null) {
    node.cost = (node.cost ?? 0) + Number(span.total_cost);
  }
}

function addCall(counts: Map<string, GraphEdge>, from: string, to: string, count: number): void {
  const id = `${from}\u0000${to}`;
  const edge = counts.get(id);
  if (edge) edge.count += count;
  else counts.set(id, { from, to, count });
}

function firstOf(...names: string[]): string {
  return names.find((name) => name !== "") ?? "";
}

/** The graph with its least nodes put together, so that it can be drawn. */
function joined(graph: CallGraph): CallGraph {
  if (graph.nodes.length <= MOST_NODES) return graph;
  // Agents first: the others hang on them.
  const rank = ({ kind, durationNs }: GraphNode) => (kind === "agent" ? 1e18 : 0) + durationNs;
  const ranked = graph.nodes.toSorted((a, b) => rank(b) - rank(a));
  const kept = new Set(ranked.slice(0, MOST_NODES));
  const rests = new Map<Kind, GraphNode>();
  const idOf = new Map<string, string>();
  const counts = new Map<Kind, number>();
  for (const node of ranked.slice(MOST_NODES)) {
    const { kind } = node;
    const rest = rests.get(kind) ?? emptyNode(`${kind} …`, kind, "");
    rests.set(kind, rest);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    rest.name = `${counts.get(kind)} more`;
    idOf.set(node.id, rest.id);
    addNode(rest, node);
  }
  const edges = new Map<string, GraphEdge>();
  for (const { from, to, count } of graph.edges) {
    addCall(edges, idOf.get(from) ?? from, idOf.get(to) ?? to, count);
  }
  const nodes = graph.nodes.filter((node) => kept.has(node));
  return { nodes: [...nodes, ...rests.values()], edges: [...edges.values()] };
}

function emptyNode(id: string, kind: Kind, name: string): GraphNode {
  return { id, kind, name, positions: [], errors: 0, durationNs: 0, cost: null };
}

function addNode(rest: GraphNode, node: GraphNode): void {
  // One by one: a spread of a hundred thousand arguments is refused.
  for (const position of node.positions) rest.positions.push(position);
  rest.errors += node.errors;
  rest.durationNs += node.durationNs;
  if (node.cost !== null) rest.cost = (rest.cost ?? 0) + node.cost;
}
