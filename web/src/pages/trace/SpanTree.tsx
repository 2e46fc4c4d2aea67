import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import type { TraceSpan } from "../../api/traces";
import type { Segment } from "../../model/criticalPath";
import type { TimeWindow } from "../../model/timeAxis";
import { earlierAttempts, hasChildren, type Tree } from "../../model/tree";
import { useMedia } from "../../ui/useMedia";
import { SpanLine } from "./SpanLine";
import { TimeRuler } from "./TimeRuler";
import "./SpanTree.css";

interface SpanTreeProps {
  tree: Tree<TraceSpan>;
  path: ReadonlyMap<number, readonly Segment[]>;
  /** Positions that are not folded away. */
  rows: readonly number[];
  collapsed: ReadonlySet<string>;
  selected: number;
  matches: readonly number[];
  onSelect: (position: number) => void;
  onFold: (position: number, folded: boolean) => void;
}

const NO_SEGMENTS: readonly Segment[] = [];
const NO_SPANS: readonly TraceSpan[] = [];

/** Tree and waterfall: the same rows under one scroll, only those in view in the document. */
export function SpanTree(props: SpanTreeProps) {
  const { tree, path, rows, collapsed, selected, matches, onSelect, onFold } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = useMedia("(max-width: 720px)") ? 36 : 26;
  const [zoom, setZoom] = useState<TimeWindow | null>(null);
  const full = useMemo(() => ({ startNs: 0, endNs: Math.max(tree.endNs, 1) }), [tree.endNs]);
  const window = zoom ?? full;
  const found = useMemo(() => new Set(matches), [matches]);

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  useEffect(() => virtual.measure(), [virtual, rowHeight]);

  const reveal = useEffectEvent(() => {
    const index = rows.indexOf(selected);
    if (index >= 0) virtual.scrollToIndex(index, { align: "auto" });
  });
  useEffect(() => reveal(), [selected]);

  return (
    <div className="span-tree">
      <TimeRuler tree={tree} full={full} window={window} onZoom={setZoom} />
      <div
        ref={scroller}
        className="span-scroll"
        role="tree"
        aria-label="Spans"
        tabIndex={0}
        aria-activedescendant={selected >= 0 ? `span-${tree.spans[selected]?.span_id}` : undefined}
      >
        <div className="span-room" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const position = rows[item.index] ?? -1;
            const span = tree.spans[position];
            return (
              span && (
                <SpanLine
                  key={span.span_id}
                  span={span}
                  position={position}
                  depth={tree.depth[position] ?? 0}
                  top={item.start}
                  window={window}
                  endNs={tree.endNs}
                  ghosts={span.retry_of === "" ? NO_SPANS : earlierAttempts(tree, span)}
                  segments={path.get(position) ?? NO_SEGMENTS}
                  fold={hasChildren(tree, position) ? collapsed.has(span.span_id) : null}
                  isSelected={position === selected}
                  isMatch={found.has(position)}
                  onSelect={onSelect}
                  onFold={onFold}
                />
              )
            );
          })}
        </div>
      </div>
    </div>
  );
}
