import { type CSSProperties, memo, useMemo, useRef } from "react";
import type { SqlAnswer } from "../../api/sql";
import { cellText, kindOf, linkOf, type SqlRow, widthsOf } from "../../model/sqlTable";
import { useMedia } from "../../ui/useMedia";
import { useRowRange } from "../../ui/useRowRange";
import { SqlCell } from "./SqlCell";
import "./SqlTable.css";

const HEAD_PX = 28;

/** The rows of an answer; only those in view are in the document. */
export function SqlTable({ answer }: { answer: SqlAnswer }) {
  const { columns, rows } = answer;
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = useMedia("(max-width: 720px), (pointer: coarse)") ? 44 : 26;
  const widths = useMemo(() => widthsOf(answer), [answer]);
  const { first, last, height } = useRowRange({
    scroller,
    count: rows.length,
    rowHeight,
    headHeight: HEAD_PX,
  });
  const tracks = widths.map((width) => `${width}px`).join(" ");
  return (
    <div
      ref={scroller}
      className="sql-table"
      role="table"
      aria-label="Rows"
      aria-rowcount={rows.length + 1}
      tabIndex={0}
      style={{ "--tracks": tracks } as CSSProperties}
    >
      <div className="sql-table-head" role="row">
        {columns.map((column, at) => (
          <span
            key={at}
            role="columnheader"
            className="cut"
            data-kind={kindOf(column)}
            title={`${column.name}\n${column.type}`}
          >
            {column.name}
          </span>
        ))}
      </div>
      <div className="sql-table-room" role="rowgroup" style={{ height }}>
        {rows.slice(first, last).map((row, place) => (
          <TableRow
            key={first + place}
            answer={answer}
            row={row}
            index={first + place}
            top={(first + place) * rowHeight}
          />
        ))}
      </div>
      {rows.length === 0 && <p className="sql-table-none">No rows.</p>}
    </div>
  );
}

interface TableRowProps {
  answer: SqlAnswer;
  row: SqlRow;
  index: number;
  top: number;
}

const TableRow = memo(function TableRow({ answer, row, index, top }: TableRowProps) {
  return (
    <div
      role="row"
      className="sql-table-row"
      aria-rowindex={index + 2}
      style={{ transform: `translateY(${top}px)` }}
    >
      {answer.columns.map((column, at) => {
        const value = row[at];
        return (
          <span
            key={at}
            role="cell"
            className="cut"
            data-kind={kindOf(column)}
            title={value === null ? "null" : cellText(value)}
          >
            <SqlCell value={value} link={linkOf(answer, row, at)} />
          </span>
        );
      })}
    </div>
  );
});
