/** What of a call graph is drawn: what takes most of the time is open, the rest stands together and says so. */

import { type CallGraph, type GraphNode, type Sums, together } from "./graph";
import { layers, type Place } from "./layering";

/** A model or tool of an agent, or those of it that are not drawn. */
export interface GraphRow {
  id: string;
  /** Null for the rest of them. */
  node: GraphNode | null;
  /** How many nodes it stands for. */
  nodes: number;
  sums: Sums;
}

/** An agent with its parts, or several agents that are not drawn by themselves. */
export interface GraphBox {
  id: string;
  /** Null for several. */
  head: GraphNode | null;
  /** How many agents it stands for. */
  heads: number;
  /** How many models and tools it has. */
  parts: number;
  rows: readonly GraphRow[];
  sums: Sums;
}

export interface GraphArrow extends Sums {
  id: string;
  from: string;
  /** The row that calls; null where the box itself does. */
  row: string | null;
  to: string;
  /** Back to a box on the way to this one, or to itself. */
  isBack: boolean;
}

export interface GraphView {
  boxes: readonly GraphBox[];
  arrows: readonly GraphArrow[];
  places: ReadonlyMap<string, Place>;
  /** The box in which a node is drawn, or counted. */
  boxOf: (nodeId: string) => string;
  /** Its row in that box; null without. */
  rowOf: (nodeId: string) => string | null;
}

/** What somebody opened and closed. */
export interface GraphFolds {
  opened: ReadonlySet<string>;
  closed: ReadonlySet<string>;
  /** Nodes that are drawn whatever they took. */
  wanted: ReadonlySet<string>;
}

export const NO_GRAPH_FOLDS: GraphFolds = {
  opened: new Set(),
  closed: new Set(),
  wanted: new Set(),
};

/** So many agents are a picture, … */
const MOST_BOXES = 10;
/** … so many boxes beside them may stand for others, … */
const MOST_RESTS = 3;
/** … so many parts of one agent can be told apart, … */
const MOST_ROWS = 6;
/** … and so many of all, fewer where there are many agents: a picture has one height. */
const MOST_OPEN_ROWS = 24;
const ROWS_A_BOX = 1.3;
/** How many come out of a rest at a time. */
const MORE = 12;
const REST = "\nmore";

interface Group {
  head: GraphNode;
  parts: GraphNode[];
  /** The group that called it first; null for a root. */
  caller: string | null;
}

export function graphView(graph: CallGraph, folds: GraphFolds): GraphView {
  const groups = groupsOf(graph);
  const drawn = drawnGroups(groups, folds);
  const open = openGroups(groups, drawn, folds);
  const boxes = new Map<string, GraphBox>();
  const boxIdOf = new Map<string, string>();
  for (const [id, group] of groups) {
    if (!drawn.has(id)) continue;
    boxIdOf.set(id, id);
    boxes.set(id, boxOf(group, open.has(id) ? rowsOf(group, folds) : []));
  }
  for (const [id, all] of restsOf(groups, drawn)) {
    boxes.set(id, restBox(id, all));
    for (const { head } of all) boxIdOf.set(head.id, id);
  }
  const rowIds = new Map<string, string>();
  for (const { rows } of boxes.values()) {
    for (const { id, node } of rows) if (node) rowIds.set(node.id, id);
  }
  const groupOf = new Map(graph.nodes.map(({ id, group }) => [id, group]));
  const boxAt = (id: string) => boxIdOf.get(groupOf.get(id) ?? "") ?? "";
  const restRow = (box: string) =>
    boxes.get(box)?.rows.find(({ node }) => node === null)?.id ?? null;
  const rowOf = (id: string) =>
    groupOf.get(id) === id ? null : (rowIds.get(id) ?? restRow(boxAt(id)));
  const places = layers(
    [...boxes.keys()],
    graph.edges.map(({ from, to }) => ({ from: boxAt(from), to: boxAt(to) })),
  );
  const arrows = arrowsOf(graph, { boxAt, rowOf, places });
  return { boxes: [...boxes.values()], arrows, places, boxOf: boxAt, rowOf };
}

function groupsOf(graph: CallGraph): Map<string, Group> {
  const groups = new Map<string, Group>();
  const heads = new Map<string, string>();
  for (const node of graph.nodes) {
    heads.set(node.id, node.group);
    const group = groups.get(node.group);
    if (group) group.parts.push(node);
    else groups.set(node.group, { head: node, parts: [], caller: null });
  }
  for (const { from, to } of graph.edges) {
    const group = groups.get(to);
    const caller = heads.get(from) ?? "";
    if (group && caller !== to) group.caller ??= caller;
  }
  return groups;
}

/** Those that took most of the time, and what was asked for, with all that lead there. */
function drawnGroups(groups: ReadonlyMap<string, Group>, folds: GraphFolds): Set<string> {
  if (groups.size <= MOST_BOXES) return new Set(groups.keys());
  const drawn = new Set<string>();
  const draw = (id: string | null) => {
    for (let at = id; at !== null && !drawn.has(at); at = groups.get(at)?.caller ?? null) {
      drawn.add(at);
    }
  };
  const longest = most([...groups.values()], MOST_BOXES, ({ head }) => head.durationNs);
  // Callers first: they took as long as what they called.
  for (const { head } of longest) if (drawn.size < MOST_BOXES) draw(head.id);
  for (const id of folds.wanted) if (groups.has(id)) draw(id);
  return drawn;
}

/** Those whose own models and tools took most of the time, and those that were opened. */
function openGroups(
  groups: ReadonlyMap<string, Group>,
  drawn: ReadonlySet<string>,
  { opened, closed }: GraphFolds,
): Set<string> {
  const open = new Set<string>();
  const ranked = [...groups.values()]
    .filter(({ head, parts }) => drawn.has(head.id) && parts.length > 0)
    .map((group) => ({ group, ownNs: together(group.parts).durationNs }))
    .sort((a, b) => b.ownNs - a.ownNs);
  const most = MOST_OPEN_ROWS - drawn.size * ROWS_A_BOX;
  let rows = 0;
  for (const { group } of ranked) {
    const { id } = group.head;
    const fits = rows === 0 || rows + Math.min(group.parts.length, MOST_ROWS) <= most;
    if (closed.has(id) || !(fits || opened.has(id))) continue;
    open.add(id);
    rows += Math.min(group.parts.length, MOST_ROWS);
  }
  return open;
}

/** What is not drawn by itself: beside those who called it, or where they are many, all in one. */
function restsOf(
  groups: ReadonlyMap<string, Group>,
  drawn: ReadonlySet<string>,
): Map<string, Group[]> {
  const rests = new Map<string, Group[]>();
  for (const [id, group] of groups) {
    if (!drawn.has(id)) {
      grouped(rests, `${drawnCaller(groups, drawn, group) ?? ""}${REST}`).push(group);
    }
  }
  return rests.size > MOST_RESTS ? new Map([[REST, [...rests.values()].flat()]]) : rests;
}

function drawnCaller(
  groups: ReadonlyMap<string, Group>,
  drawn: ReadonlySet<string>,
  group: Group,
): string | null {
  const seen = new Set<string>();
  let id = group.caller;
  while (id !== null && !drawn.has(id) && !seen.has(id)) {
    seen.add(id);
    id = groups.get(id)?.caller ?? null;
  }
  return id !== null && drawn.has(id) ? id : null;
}

/** The parts that took most of the time, in the order in which they were first called, and the rest. */
function rowsOf({ head, parts }: Group, { wanted }: GraphFolds): GraphRow[] {
  const longest = new Set(most(parts, MOST_ROWS, ({ durationNs }) => durationNs));
  const shown = parts.filter((part) => longest.has(part) || wanted.has(part.id));
  const rest = parts.filter((part) => !longest.has(part) && !wanted.has(part.id));
  const rows: GraphRow[] = shown.map((node) => ({ id: node.id, node, nodes: 1, sums: node }));
  if (rest.length > 0) {
    const id = `${head.id}\nrest`;
    rows.push({ id, node: null, nodes: rest.length, sums: together(rest) });
  }
  return rows;
}

function boxOf({ head, parts }: Group, rows: readonly GraphRow[]): GraphBox {
  return { id: head.id, head, heads: 1, parts: parts.length, rows, sums: head };
}

function restBox(id: string, groups: readonly Group[]): GraphBox {
  return {
    id,
    head: null,
    heads: groups.length,
    parts: groups.reduce((sum, { parts }) => sum + parts.length, 0),
    rows: [],
    sums: together(groups.map(({ head }) => head)),
  };
}

/** The nodes that a rest stands for and that come next: those of it that took longest. */
export function nextOfRest(graph: CallGraph, view: GraphView, restId: string): string[] {
  const isRow = restId.endsWith("\nrest");
  const hidden = graph.nodes.filter(({ id, group }) =>
    isRow ? view.rowOf(id) === restId : id === group && view.boxOf(id) === restId,
  );
  return most(hidden, MORE, ({ durationNs }) => durationNs).map(({ id }) => id);
}

interface Ends {
  boxAt: (id: string) => string;
  rowOf: (id: string) => string | null;
  places: ReadonlyMap<string, Place>;
}

/** Calls between boxes, and of agents by themselves; what a box calls inside of it is in its rows. */
function arrowsOf({ edges, nodes }: CallGraph, { boxAt, rowOf, places }: Ends): GraphArrow[] {
  const isHead = new Set(nodes.filter(({ id, group }) => id === group).map(({ id }) => id));
  const calls = new Map<string, { ends: Pick<GraphArrow, "from" | "row" | "to">; all: Sums[] }>();
  for (const edge of edges) {
    if (!isHead.has(edge.to)) continue;
    const ends = { from: boxAt(edge.from), row: rowOf(edge.from), to: boxAt(edge.to) };
    // Within what stands together nothing is drawn.
    if (ends.from === ends.to && ends.to !== edge.to) continue;
    const id = `${ends.from}\u0000${ends.row ?? ""}\u0000${ends.to}`;
    const found = calls.get(id);
    if (found) found.all.push(edge);
    else calls.set(id, { ends, all: [edge] });
  }
  const layerOf = (id: string) => places.get(id)?.layer ?? 0;
  return Array.from(calls, ([id, { ends, all }]) => ({
    id,
    ...ends,
    isBack: layerOf(ends.to) <= layerOf(ends.from),
    ...together(all),
  }));
}

function grouped<Item>(groups: Map<string, Item[]>, id: string): Item[] {
  const found = groups.get(id);
  if (found) return found;
  const made: Item[] = [];
  groups.set(id, made);
  return made;
}

/** The `count` with the most, first the one with the most of all; what is equal stays in order. */
function most<Item>(items: readonly Item[], count: number, of: (item: Item) => number): Item[] {
  if (items.length <= count) return items.toSorted((a, b) => of(b) - of(a));
  const found: Item[] = [];
  for (const item of items) {
    const last = found.at(-1);
    if (found.length === count && last !== undefined && of(item) <= of(last)) continue;
    const place = found.findIndex((other) => of(other) < of(item));
    found.splice(place < 0 ? found.length : place, 0, item);
    if (found.length > count) found.pop();
  }
  return found;
}
