import { useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useEffectEvent, useLayoutEffect, useRef, useState } from "react";
import type { TraceRow, TraceSort } from "../../api/traces";
import { counted } from "../../model/format";
import { useHotkeys } from "../../ui/useHotkeys";
import { useMedia } from "../../ui/useMedia";
import { TraceHead } from "./TraceHead";
import { TraceLine } from "./TraceLine";
import "./TraceTable.css";

interface TraceTableProps {
  project: string;
  rows: readonly TraceRow[];
  /** Rows put on top since the list is shown. */
  added: number;
  sort: TraceSort;
  onSort: (sort: TraceSort) => void;
  hasMore: boolean;
  onMore: () => void;
}

const NEAR_END_ROWS = 30;

/** The virtual list: only the rows in view are in the document. */
export function TraceTable(props: TraceTableProps) {
  const { project, rows, added, hasMore, onMore } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = useMedia("(max-width: 720px)") ? 60 : 26;
  const [selected, setSelected] = useState<string | null>(null);
  const navigate = useNavigate();
  const { unseen, toTop } = useSteadyScroll(scroller, added, rowHeight);

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.trace_id ?? index,
    overscan: 16,
  });
  useEffect(() => virtual.measure(), [virtual, rowHeight]);

  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const loadMore = useEffectEvent(onMore);
  useEffect(() => {
    if (hasMore && last >= rows.length - NEAR_END_ROWS) loadMore();
  }, [hasMore, last, rows.length]);

  const at = rows.findIndex((row) => row.trace_id === selected);
  const select = (index: number) => {
    const row = rows[Math.min(Math.max(index, 0), rows.length - 1)];
    if (!row) return;
    setSelected(row.trace_id);
    virtual.scrollToIndex(rows.indexOf(row), { align: "auto" });
  };
  useHotkeys({
    j: () => select(at + 1),
    k: () => select(at - 1),
    ArrowDown: () => select(at + 1),
    ArrowUp: () => select(at - 1),
    Enter: () => {
      if (selected === null) return;
      void navigate({
        to: "/p/$project/traces/$traceId",
        params: { project, traceId: selected },
        search: (before) => before,
      });
    },
    Escape: () => setSelected(null),
  });

  return (
    <div
      className="trace-table"
      role="table"
      aria-label="Traces"
      aria-rowcount={hasMore ? -1 : rows.length}
    >
      <TraceHead sort={props.sort} onSort={props.onSort} />
      {unseen > 0 && (
        <button type="button" className="trace-unseen" onClick={toTop}>
          ↑ {counted(unseen, "new trace")}
        </button>
      )}
      <div ref={scroller} className="trace-scroll" role="rowgroup">
        <div className="trace-room" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            return (
              row && (
                <TraceLine
                  key={item.key}
                  project={project}
                  row={row}
                  top={item.start}
                  isSelected={row.trace_id === selected}
                />
              )
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** Keeps the rows in view where they are while others are put on top of them. */
function useSteadyScroll(
  scroller: React.RefObject<HTMLDivElement | null>,
  added: number,
  rowHeight: number,
) {
  const before = useRef(added);
  const [unseen, setUnseen] = useState(0);
  useLayoutEffect(() => {
    const fresh = added - before.current;
    before.current = added;
    const element = scroller.current;
    if (fresh <= 0 || !element || element.scrollTop === 0) return;
    element.scrollBy(0, fresh * rowHeight);
    setUnseen((count) => count + fresh);
  }, [added, rowHeight, scroller]);
  useEffect(() => {
    const element = scroller.current;
    const look = () => {
      if (element?.scrollTop === 0) setUnseen(0);
    };
    element?.addEventListener("scroll", look, { passive: true });
    return () => element?.removeEventListener("scroll", look);
  }, [scroller]);
  return { unseen, toTop: () => scroller.current?.scrollTo({ top: 0 }) };
}
