import { useQuery } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import { spanScoresQuery } from "../../api/scores";
import type { TraceSpan } from "../../api/traces";
import { findGaps, timeScale } from "../../model/gaps";
import { type Heat, heatSteps, hottest } from "../../model/heat";
import { type Folds, rowIndex, type TreeRow } from "../../model/rows";
import { selfTimes } from "../../model/selfTime";
import type { PlayHead, TimeWindow } from "../../model/timeAxis";
import type { Tree } from "../../model/tree";
import { useMedia } from "../../ui/useMedia";
import { useRowRange } from "../../ui/useRowRange";
import { TimeRuler } from "./TimeRuler";
import type { TraceModel } from "./traceModel";
import { TreeLine } from "./TreeLine";
import "./SpanTree.css";

interface SpanTreeProps {
  trace: TraceModel;
  rows: readonly TreeRow[];
  folds: Folds;
  selected: number;
  /** What is searched; spans that hold it are marked. */
  pattern: RegExp | null;
  textsOf: (span: TraceSpan) => readonly string[];
  heat: Heat;
  /** The trace as it was, where what is shown is supposed: its spans are drawn below, at the same scale. */
  before?: Tree<TraceSpan>;
  /** Where a replay is. */
  head?: PlayHead;
  onSelect: (position: number) => void;
  /** Folds a subtree (by span id) or opens a group (by its id). */
  onToggle: (id: string, isGroup: boolean, isOn: boolean) => void;
}

/** Tree and waterfall: the same rows under one scroll, only those in view in the document. */
export function SpanTree(props: SpanTreeProps) {
  const { trace, rows, selected, heat, before } = props;
  const { project, traceId, tree } = trace;
  const { data: scores } = useQuery({
    ...spanScoresQuery(project, traceId),
    // A shared trace has no project that could be asked.
    enabled: project !== "",
  });
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = useMedia("(max-width: 720px)") ? 36 : 26;
  const [zoom, setZoom] = useState<TimeWindow | null>(null);
  const scale = useMemo(() => {
    // Beside each other, both without gaps: a stretch of time has one length.
    if (before) return timeScale(Math.max(tree.endNs, before.endNs), []);
    return timeScale(tree.endNs, findGaps(tree));
  }, [tree, before]);
  const self = useMemo(() => selfTimes(tree), [tree]);
  const heats = useMemo(() => {
    if (heat === "off") return null;
    if (heat === "time") return heatSteps(self);
    return heatSteps(
      Float64Array.from(tree.spans, ({ counted, total_cost }) =>
        counted ? Number(total_cost) : 0,
      ),
    );
  }, [heat, self, tree]);
  const stepOf = (row: TreeRow) => {
    if (!heats) return null;
    return row.type === "repeat"
      ? hottest(heats, row.repeat.positions)
      : (heats[row.position] ?? 0);
  };
  const full = useMemo(() => ({ startNs: 0, endNs: scale.endNs }), [scale]);
  const window = zoom ?? full;

  const range = useRowRange({ scroller, count: rows.length, rowHeight });

  const reveal = useEffectEvent(() => {
    const index = rowIndex(rows, selected);
    if (index >= 0) range.scrollTo(index);
  });
  // By its id: spans that come later move it, and whoever looks elsewhere stays there.
  const revealedId = tree.spans[selected]?.span_id;
  useEffect(() => reveal(), [revealedId]);

  return (
    <div className="span-tree">
      <TimeRuler tree={tree} scale={scale} window={window} onZoom={setZoom} />
      <div
        ref={scroller}
        className="span-scroll"
        role="tree"
        aria-label="Spans"
        tabIndex={0}
        aria-activedescendant={selected >= 0 ? `span-${tree.spans[selected]?.span_id}` : undefined}
      >
        <div className="span-room" style={{ height: range.height }}>
          {rows.slice(range.first, range.last).map((row, place) => (
            <TreeLine
              key={row.type === "repeat" ? row.repeat.id : tree.spans[row.position]?.span_id}
              {...props}
              row={row}
              top={(range.first + place) * rowHeight}
              window={window}
              scale={scale}
              selfNs={self[row.position] ?? 0}
              heatStep={stepOf(row)}
              scores={scores?.get(tree.spans[row.position]?.span_id ?? "")}
            />
          ))}
        </div>
      </div>
    </div>
  );
}
