import {
  type CSSProperties,
  type KeyboardEvent,
  memo,
  type MouseEvent,
  useId,
  useMemo,
  useRef,
  useState,
} from "react";
import type { SqlAnswer } from "../../api/sql";
import {
  type CellPlace,
  cellText,
  kindOf,
  linkOf,
  movedCell,
  type SqlRow,
  widthsOf,
} from "../../model/sqlTable";
import { useMedia } from "../../ui/useMedia";
import { useRowRange } from "../../ui/useRowRange";
import { SqlCell } from "./SqlCell";
import { SqlValue } from "./SqlValue";
import "./SqlTable.css";

const HEAD_PX = 28;

/** The rows of an answer; only those in view are in the document. A cell is chosen by a click or the arrow keys. */
export function SqlTable({ answer }: { answer: SqlAnswer }) {
  const { columns, rows } = answer;
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState<CellPlace | null>(null);
  const [isOpen, setOpen] = useState(false);
  const rowHeight = useMedia("(max-width: 720px), (pointer: coarse)") ? 44 : 26;
  const widths = useMemo(() => widthsOf(answer), [answer]);
  const { first, last, height, scrollTo } = useRowRange({
    scroller,
    count: rows.length,
    rowHeight,
    headHeight: HEAD_PX,
  });
  const value = cursor && rows[cursor.row]?.[cursor.column];

  const press = (event: KeyboardEvent) => {
    const next = movedCell(cursor, event.key, answer);
    if (next) {
      setCursor(next);
      scrollTo(next.row);
      document
        .getElementById(`${id}-head-${next.column}`)
        ?.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else if (event.key === "Enter" && cursor && event.target === event.currentTarget) {
      setOpen(true);
    } else if (event.key === "Escape" && cursor) {
      if (isOpen) setOpen(false);
      else setCursor(null);
    } else return;
    event.preventDefault();
  };
  const pick = ({ target }: MouseEvent) => {
    const cell = target instanceof Element ? target.closest<HTMLElement>("[data-cell]") : null;
    // Whoever selects words of a cell wants these, and no more of it.
    if (!cell || getSelection()?.isCollapsed === false) return;
    const [row = 0, column = 0] = (cell.dataset.cell ?? "").split(" ").map(Number);
    setCursor({ row, column });
    setOpen(true);
  };
  return (
    <>
      <div
        ref={scroller}
        className="sql-table"
        role="grid"
        aria-label="Rows"
        aria-rowcount={rows.length + 1}
        aria-activedescendant={cursor ? `${id}-${cursor.row}-${cursor.column}` : undefined}
        tabIndex={0}
        style={{ "--tracks": widths.map((width) => `${width}px`).join(" ") } as CSSProperties}
        onKeyDown={press}
      >
        <div className="sql-table-head" role="row">
          {columns.map((column, at) => (
            <span
              key={at}
              id={`${id}-head-${at}`}
              role="columnheader"
              className="cut"
              data-kind={kindOf(column)}
              title={`${column.name}\n${column.type}`}
            >
              {column.name}
            </span>
          ))}
        </div>
        <div className="sql-table-room" role="rowgroup" style={{ height }} onClick={pick}>
          {rows.slice(first, last).map((row, place) => (
            <TableRow
              key={first + place}
              id={id}
              answer={answer}
              row={row}
              index={first + place}
              top={(first + place) * rowHeight}
              cursor={cursor?.row === first + place ? cursor.column : null}
            />
          ))}
        </div>
        {rows.length === 0 && <p className="sql-table-none">No rows.</p>}
      </div>
      {isOpen && cursor && (
        <SqlValue
          name={columns[cursor.column]?.name ?? ""}
          row={cursor.row + 1}
          value={value}
          onClose={() => {
            setOpen(false);
            scroller.current?.focus();
          }}
        />
      )}
    </>
  );
}

interface TableRowProps {
  /** Of the table: those of its cells begin with it. */
  id: string;
  answer: SqlAnswer;
  row: SqlRow;
  index: number;
  top: number;
  /** The column of the chosen cell, where it is in this row. */
  cursor: number | null;
}

const TableRow = memo(function TableRow({ id, answer, row, index, top, cursor }: TableRowProps) {
  return (
    <div
      role="row"
      className="sql-table-row"
      aria-rowindex={index + 2}
      style={{ transform: `translateY(${top}px)` }}
    >
      {answer.columns.map((column, at) => (
        <span
          key={at}
          id={`${id}-${index}-${at}`}
          role="gridcell"
          className="cut"
          aria-selected={at === cursor}
          data-cell={`${index} ${at}`}
          data-kind={kindOf(column)}
          title={row[at] === null ? "null" : cellText(row[at]).slice(0, MOST_TITLE)}
        >
          <SqlCell value={row[at]} link={linkOf(answer, row, at)} />
        </span>
      ))}
    </div>
  );
});

/** A hint is read at a glance; all of it comes with a click. */
const MOST_TITLE = 400;
