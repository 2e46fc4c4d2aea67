import { type RefObject, useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import type { RowOf } from "../../api/rows";
import { useHotkeys } from "../../ui/useHotkeys";
import { useMeasuredRows } from "../../ui/useMeasuredRows";
import { useRowHeights } from "../../ui/useRowHeights";
import { useGo } from "../list/useGo";
import { SessionTurn } from "./SessionTurn";

interface TurnListProps {
  scroller: RefObject<HTMLElement | null>;
  rows: readonly RowOf["traces"][];
  /** The last of them is about to be seen. */
  onEnd: () => void;
}

/** How high a turn is about to be, before it has been seen. */
const HEIGHT = 96;

/** The traces of a session as turns, those in view drawn; j and k go from one to the next, Enter opens it. */
export function TurnList({ scroller, rows, onEnd }: TurnListProps) {
  const [at, setAt] = useState(-1);
  const room = useRef<HTMLOListElement>(null);
  const go = useGo();
  const guesses = useMemo(() => rows.map(() => HEIGHT), [rows]);
  const heights = useRowHeights(guesses);
  const range = useMeasuredRows({ scroller, heights, count: rows.length, room });
  const isEnd = range.last >= rows.length;
  const end = useEffectEvent(() => onEnd());
  useEffect(() => {
    if (isEnd) end();
  }, [isEnd, rows]);
  const step = (to: number) => {
    const next = Math.min(Math.max(to, 0), rows.length - 1);
    setAt(next);
    if (!range.isSeen(next)) range.scrollTo(next);
  };
  useHotkeys({
    j: () => step(at + 1),
    k: () => step(at - 1),
    ArrowDown: () => step(at + 1),
    ArrowUp: () => step(at - 1),
    Enter: () => {
      const row = rows[at];
      if (row) go.trace(row.trace_id);
    },
  });
  return (
    <ol
      ref={room}
      className="session-turns"
      aria-label="Turns"
      style={{ minHeight: range.height, paddingTop: range.top }}
    >
      {rows.slice(range.first, range.last).map((row, place) => {
        const index = range.first + place;
        return (
          <SessionTurn
            key={row.trace_id}
            row={row}
            number={index + 1}
            isCurrent={index === at}
            measured={range.row}
          />
        );
      })}
    </ol>
  );
}
