import { useMemo } from "react";
import { formatCount, formatDuration, formatMoney } from "../../model/format";
import { callGraph, type GraphNode } from "../../model/graph";
import { layers } from "../../model/layering";
import { Notice } from "../../ui/Notice";
import { arrow, BOX, graphSize, placed } from "../../model/graphPlaces";
import { GraphNodeView } from "./GraphNodeView";
import type { TraceModel } from "./traceModel";
import type { Selection } from "./useSelection";
import "./GraphLens.css";

interface GraphLensProps {
  trace: TraceModel;
  selection: Selection;
}

/** Who called whom: agents, models and tools by name. A click selects a node's span that took longest, then the next. */
export function GraphLens({ trace, selection }: GraphLensProps) {
  const { tree } = trace;
  const { selected, select } = selection;
  const { nodes, edges, places, size } = useMemo(() => {
    const graph = callGraph(tree);
    const ids = graph.nodes.map(({ id }) => id);
    const found = placed(layers(ids, graph.edges));
    return { ...graph, places: found, size: graphSize(found.values()) };
  }, [tree]);
  const slowest = Math.max(1, ...nodes.map(({ durationNs }) => durationNs));

  const choose = (node: GraphNode) => {
    const durationOf = (at: number) => tree.spans[at]?.duration_ns ?? Infinity;
    const ranked = node.positions.toSorted((a, b) => durationOf(b) - durationOf(a));
    const next = ranked[(ranked.indexOf(selected) + 1) % ranked.length];
    if (next !== undefined) select(next);
  };

  if (nodes.length === 0) return <Notice title="There is nothing to draw" />;
  return (
    <div className="graph" role="group" aria-label="Call graph" tabIndex={-1}>
      <svg width={size.width} height={size.height} role="presentation">
        <defs>
          <marker
            id="arrow"
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="9"
            markerHeight="9"
            orient="auto"
            markerUnits="userSpaceOnUse"
          >
            <path d="M0 1l7 3-7 3z" />
          </marker>
        </defs>
        {edges.map(({ from, to, count }) => {
          const [start, end] = [places.get(from), places.get(to)];
          if (!start || !end) return null;
          const { path, label } = arrow(start, end);
          return (
            <g key={`${from} ${to}`} className="graph-edge">
              <path
                d={path}
                markerEnd="url(#arrow)"
                strokeWidth={Math.min(1 + Math.log2(count) / 2, 5)}
              />
              {count > 1 && (
                <text x={label.x} y={label.y} className="number">
                  {formatCount(count)}
                </text>
              )}
            </g>
          );
        })}
        {nodes.map((node) => (
          <GraphNodeView
            key={node.id}
            node={node}
            place={places.get(node.id) ?? { x: 0, y: 0 }}
            box={BOX}
            figures={figuresOf(node)}
            share={node.durationNs / slowest}
            isSelected={node.positions.includes(selected)}
            onChoose={() => choose(node)}
          />
        ))}
      </svg>
    </div>
  );
}

function figuresOf(node: GraphNode): string {
  return [
    `${formatCount(node.positions.length)}×`,
    formatDuration(node.durationNs),
    node.cost === null ? "" : formatMoney(node.cost),
    node.errors > 0 ? `${formatCount(node.errors)} failed` : "",
  ]
    .filter((text) => text !== "")
    .join(" · ");
}
