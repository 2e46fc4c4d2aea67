/** The figures of a call graph in words, and what of them an arrow or a row shows. */

import { formatCount, formatDuration, formatExact, formatMoney, trimZeros } from "./format";
import type { CallGraph, GraphNode, Sums } from "./graph";

export const MEASURES = ["calls", "time", "cost"] as const;
export type Measure = (typeof MEASURES)[number];

export function measured(sums: Sums, measure: Measure): number {
  if (measure === "calls") return sums.count;
  return measure === "time" ? sums.durationNs : (sums.cost ?? 0);
}

/** The one figure in short. */
export function figureOf(sums: Sums, measure: Measure): string {
  if (measure === "calls") return `${formatCount(sums.count)}×`;
  if (measure === "time") return formatDuration(sums.durationNs);
  return sums.cost === null ? "–" : formatMoney(sums.cost);
}

/** All figures in short. */
export function figuresOf(sums: Sums): string {
  return [
    `${formatCount(sums.count)}×`,
    formatDuration(sums.durationNs),
    sums.cost === null ? "" : formatMoney(sums.cost),
    sums.errors > 0 ? `${formatCount(sums.errors)} failed` : "",
  ]
    .filter((text) => text !== "")
    .join(" · ");
}

/** All figures to the last digit. */
export function exactly(sums: Sums): string {
  const parts = [
    `${formatExact(sums.count)} ${sums.count === 1 ? "call" : "calls"}`,
    exactTime(sums.durationNs),
    exactCost(sums.cost),
  ];
  if (sums.errors > 0) parts.push(`${formatExact(sums.errors)} failed`);
  return parts.join(" · ");
}

export function exactTime(ns: number): string {
  return `${trimZeros((ns / 1e6).toFixed(6))} ms`;
}

export function exactCost(cost: number | null): string {
  return cost === null ? "not priced" : `$${trimZeros(cost.toFixed(12))}`;
}

/** The other agents that have a part of this kind and name, too. */
export function sharedWith(graph: CallGraph, node: GraphNode): string[] {
  const names = new Map(graph.nodes.map(({ id, name }) => [id, name]));
  return graph.nodes
    .filter(
      ({ id, kind, name, group }) =>
        kind === node.kind && name === node.name && id !== node.id && group !== id,
    )
    .map(({ group }) => names.get(group) ?? "");
}

interface CallRow extends Sums {
  id: string;
  /** Null for what nothing called. */
  from: GraphNode | null;
  to: GraphNode;
}

/** All calls, those with most of the measure first. */
export function callRows({ nodes, edges }: CallGraph, measure: Measure): CallRow[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const called = new Set(edges.map(({ to }) => to));
  const rows: CallRow[] = nodes
    .filter(({ id }) => !called.has(id))
    .map((to) => ({ ...to, id: to.id, from: null, to }));
  for (const edge of edges) {
    const to = byId.get(edge.to);
    if (to)
      rows.push({
        ...edge,
        id: `${edge.from}\u0000${edge.to}`,
        from: byId.get(edge.from) ?? null,
        to,
      });
  }
  return rows.sort((a, b) => measured(b, measure) - measured(a, measure));
}
