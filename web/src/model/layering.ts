/** A small layered layout: callers at the left, what they call at the right, few crossings. */

interface Edge {
  from: string;
  to: string;
}

export interface Place {
  /** Column, from the left. */
  layer: number;
  /** Row within the column, from the top. */
  row: number;
}

const SWEEPS = 4;

/** The place of each node. `ids` in an order of preference; edges between others are ignored. */
export function layers(ids: readonly string[], edges: readonly Edge[]): Map<string, Place> {
  const known = new Set(ids);
  const kept = edges.filter(({ from, to }) => from !== to && known.has(from) && known.has(to));
  const forward = withoutCycles(ids, kept);
  const columns = columnsOf(ids, longestPaths(ids, forward));
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) sortColumns(columns, forward, sweep % 2 === 0);
  const places = new Map<string, Place>();
  columns.forEach((column, layer) => column.forEach((id, row) => places.set(id, { layer, row })));
  return places;
}

/** The edges without those that lead back to a node on the way to them. */
function withoutCycles(ids: readonly string[], edges: readonly Edge[]): Edge[] {
  const out = grouped(edges, ({ from }) => from);
  const state = new Map<string, "entered" | "left">();
  const kept: Edge[] = [];
  // A picture has few boxes (see graphView.ts), so the depth is bounded.
  const visit = (id: string) => {
    state.set(id, "entered");
    for (const edge of out.get(id) ?? []) {
      const seen = state.get(edge.to);
      if (seen === "entered") continue;
      kept.push(edge);
      if (seen === undefined) visit(edge.to);
    }
    state.set(id, "left");
  };
  const called = new Set(edges.map(({ to }) => to));
  for (const id of ids) if (!called.has(id) && !state.has(id)) visit(id);
  for (const id of ids) if (!state.has(id)) visit(id);
  return kept;
}

/** The layer of a node: one right of the rightmost that calls it. */
function longestPaths(ids: readonly string[], edges: readonly Edge[]): Map<string, number> {
  const into = grouped(edges, ({ to }) => to);
  const layerOf = new Map<string, number>();
  const layer = (id: string): number => {
    const found = layerOf.get(id);
    if (found !== undefined) return found;
    const callers = (into.get(id) ?? []).map(({ from }) => layer(from) + 1);
    const own = Math.max(0, ...callers);
    layerOf.set(id, own);
    return own;
  };
  ids.forEach(layer);
  return layerOf;
}

function columnsOf(ids: readonly string[], layerOf: ReadonlyMap<string, number>): string[][] {
  const columns: string[][] = [];
  for (const id of ids) (columns[layerOf.get(id) ?? 0] ??= []).push(id);
  return columns;
}

/** Each node moves to the mean of its neighbours in the column before it, seen in the direction of the sweep. */
function sortColumns(columns: string[][], edges: readonly Edge[], isForward: boolean): void {
  const rows = new Map<string, number>();
  const remember = (column: string[]) =>
    column.forEach((id, row) => rows.set(id, row - column.length / 2));
  columns.forEach(remember);
  const neighbours = new Map<string, string[]>();
  for (const { from, to } of edges) {
    const [own, other] = isForward ? [to, from] : [from, to];
    const found = neighbours.get(own);
    if (found) found.push(other);
    else neighbours.set(own, [other]);
  }
  const meanOf = (id: string) => {
    const found = neighbours.get(id) ?? [];
    const sum = found.reduce((total, other) => total + (rows.get(other) ?? 0), 0);
    return found.length === 0 ? (rows.get(id) ?? 0) : sum / found.length;
  };
  for (const column of isForward ? columns : columns.toReversed()) {
    const means = new Map(column.map((id) => [id, meanOf(id)]));
    column.sort((a, b) => (means.get(a) ?? 0) - (means.get(b) ?? 0));
    remember(column);
  }
}

function grouped(edges: readonly Edge[], keyOf: (edge: Edge) => string): Map<string, Edge[]> {
  const groups = new Map<string, Edge[]>();
  for (const edge of edges) {
    const found = groups.get(keyOf(edge));
    if (found) found.push(edge);
    else groups.set(keyOf(edge), [edge]);
  }
  return groups;
}
