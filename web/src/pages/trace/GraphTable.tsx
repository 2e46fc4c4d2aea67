import { useMemo, useRef } from "react";
import { formatExact } from "../../model/format";
import type { CallGraph, GraphNode } from "../../model/graph";
import { callRows, exactCost, exactTime, type Measure } from "../../model/graphWords";
import { KindGlyph } from "../../ui/KindGlyph";
import { useMedia } from "../../ui/useMedia";
import { useRowRange } from "../../ui/useRowRange";
import "./GraphTable.css";

interface GraphTableProps {
  graph: CallGraph;
  measure: Measure;
  selected: GraphNode | undefined;
  /** Rows without it in a name are left out. */
  pattern: RegExp | null;
  onChoose: (node: GraphNode) => void;
}

const COLUMNS = ["Caller", "Called", "Calls", "Time", "Cost", "Failed"];

/** Every call of the graph with its exact figures, those with most of the measure first. */
export function GraphTable({ graph, measure, selected, pattern, onChoose }: GraphTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const all = useMemo(() => callRows(graph, measure), [graph, measure]);
  const rows = useMemo(() => {
    if (!pattern) return all;
    return all.filter(({ from, to }) => pattern.test(to.name) || pattern.test(from?.name ?? ""));
  }, [all, pattern]);
  const isNarrow = useMedia("(max-width: 720px)");
  const rowHeight = isNarrow ? 44 : 26;
  const range = useRowRange({
    scroller,
    count: rows.length,
    rowHeight,
    headHeight: isNarrow ? 36 : 28,
  });
  return (
    <div ref={scroller} className="graph-table" tabIndex={0}>
      <div role="table" aria-label="Calls" aria-rowcount={rows.length + 1}>
        <div role="row" aria-rowindex={1} className="graph-table-head">
          {COLUMNS.map((name) => (
            <span key={name} role="columnheader">
              {name}
            </span>
          ))}
        </div>
        <div role="rowgroup" style={{ height: range.height }}>
          {rows.slice(range.first, range.last).map((row, place) => (
            <div
              key={row.id}
              role="row"
              aria-rowindex={range.first + place + 2}
              aria-selected={row.to === selected}
              className="graph-table-row"
              style={{ transform: `translateY(${(range.first + place) * rowHeight}px)` }}
              onClick={() => onChoose(row.to)}
            >
              <span role="cell" className="cut" title={row.from?.name}>
                {row.from?.name ?? "–"}
              </span>
              <span role="cell">
                <button type="button" title={row.to.name}>
                  <KindGlyph kind={row.to.kind} />
                  <span className="cut">{row.to.name}</span>
                </button>
              </span>
              <span role="cell" className="number">
                {formatExact(row.count)}
              </span>
              <span role="cell" className="number">
                {exactTime(row.durationNs)}
              </span>
              <span role="cell" className="number">
                {exactCost(row.cost)}
              </span>
              <span role="cell" className="number" data-failed={row.errors > 0}>
                {row.errors > 0 ? formatExact(row.errors) : ""}
              </span>
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}
