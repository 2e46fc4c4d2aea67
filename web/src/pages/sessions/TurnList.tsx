import { useRef, useState } from "react";
import type { RowOf } from "../../api/rows";
import { useHotkeys } from "../../ui/useHotkeys";
import { useGo } from "../list/useGo";
import { SessionTurn } from "./SessionTurn";

/** The traces of a session as turns; j and k go from one to the next, Enter opens it. */
export function TurnList({ rows }: { rows: readonly RowOf["traces"][] }) {
  const [at, setAt] = useState(-1);
  const list = useRef<HTMLOListElement>(null);
  const go = useGo();
  const step = (to: number) => {
    const next = Math.min(Math.max(to, 0), rows.length - 1);
    setAt(next);
    list.current?.children[next]?.scrollIntoView({ block: "nearest" });
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
    <ol ref={list} className="session-turns" aria-label="Turns">
      {rows.map((row, index) => (
        <SessionTurn key={row.trace_id} row={row} number={index + 1} isCurrent={index === at} />
      ))}
    </ol>
  );
}
