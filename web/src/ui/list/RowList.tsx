import { type CSSProperties, type ReactNode, type RefObject, useId, useMemo, useRef } from "react";
import { counted } from "../../model/format";
import { chosenColumns, tracksOf, widthOf } from "../../model/listColumns";
import { type Selection, toggledRow } from "../../model/selection";
import { useMedia } from "../useMedia";
import { useWidth } from "../useWidth";
import type { Column } from "./column";
import { HoverCard } from "./HoverCard";
import { Row } from "./Row";
import { RowHead } from "./RowHead";
import { useRowCursor } from "./useRowCursor";
import { useRowMouse } from "./useRowMouse";
import { useSteadyScroll } from "./useSteadyScroll";
import { useVirtualRows } from "./useVirtualRows";
import "./RowList.css";

interface RowListProps<R> {
  label: string;
  /** What a row is, in one word: "trace". */
  noun: string;
  rows: readonly R[];
  idOf: (row: R) => string;
  nameOf: (row: R) => string;
  /** All columns there are, and which are chosen: ids with commas, or "" for the usual ones. */
  columns: readonly Column<R>[];
  chosen: string;
  sort: string;
  onSort: (sort: string) => void;
  /** Rows put on top since the list is shown. */
  added: number;
  hasMore: boolean;
  onMore: () => void;
  /** The row in the panel beside the list. */
  peeked: string | null;
  onPeek: (id: string | null) => void;
  onOpen: (row: R) => void;
  selection: Selection;
  onSelect: (selection: Selection) => void;
  /** What the row under the pointer offers. */
  actions?: (row: R) => ReactNode;
  /** What a pointer that rests on a row is shown; null where there is nothing more to see. */
  preview?: (row: R) => ReactNode;
}

const HEAD_PX = 28;

/** The virtual list: only the rows in view are in the document. */
export function RowList<R>(props: RowListProps<R>) {
  const { rows, idOf, selection, onSelect, peeked } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();
  const isPhone = useMedia("(max-width: 720px)");
  const rowHeight = useMedia("(max-width: 720px), (pointer: coarse)") ? 44 : 26;
  const shown = useShownColumns(props, scroller, isPhone);
  const order = useMemo(() => rows.map(idOf), [rows, idOf]);
  const { unseen, toTop } = useSteadyScroll(scroller, props.added, rowHeight);
  const { first, last, height, scrollTo } = useVirtualRows({
    scroller,
    count: rows.length,
    rowHeight,
    headHeight: isPhone ? 0 : HEAD_PX,
    hasMore: props.hasMore,
    onMore: props.onMore,
  });
  const { onPeek, onOpen } = props;
  const { cursor, at, setCursor, extend } = useRowCursor({
    ...{ rows, order, peeked, onPeek, onOpen, selection, onSelect },
    scrollTo: (index) => {
      // From whatever was clicked before: Enter is now the row's.
      scroller.current?.focus({ preventScroll: true });
      scrollTo(index);
    },
  });
  const mouse = useRowMouse({
    order,
    onToggle: (each) => onSelect(toggledRow(selection, each)),
    onRange: extend,
    onOpen: (each) => {
      const row = rows[order.indexOf(each)];
      if (row) onOpen(row);
    },
    onPick: (each) => {
      setCursor(each);
      onPeek(each);
    },
  });
  const resting = mouse.resting && rows[order.indexOf(mouse.resting.id)];
  const tracks = { "--tracks": tracksOf(shown), "--sheet": `${widthOf(shown)}px` } as CSSProperties;

  return (
    <div className="row-list">
      {unseen > 0 && (
        <button type="button" className="row-list-unseen" onClick={toTop}>
          ↑ {counted(unseen, `new ${props.noun}`)}
        </button>
      )}
      <div
        ref={scroller}
        className="row-list-scroll"
        role="grid"
        aria-label={props.label}
        aria-multiselectable="true"
        aria-rowcount={props.hasMore ? -1 : rows.length + 1}
        aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
        tabIndex={0}
      >
        <div className="row-list-sheet" style={tracks}>
          <RowHead columns={shown} sort={props.sort} onSort={props.onSort} />
          <div
            className="row-list-room"
            role="rowgroup"
            style={{ height }}
            data-picking={selection.ids.size > 0}
            {...mouse.handlers}
          >
            {drawnRows(rows, first, last, shown).map((row, place) => {
              const index = first + place;
              const rowId = order[index] ?? "";
              return (
                <Row
                  key={rowId}
                  id={`${id}-${index}`}
                  index={index}
                  row={row}
                  name={props.nameOf(row)}
                  columns={shown}
                  top={index * rowHeight}
                  isCursor={rowId === cursor || rowId === peeked}
                  isSelected={selection.ids.has(rowId)}
                  actions={rowId === mouse.hovered ? props.actions : undefined}
                />
              );
            })}
          </div>
        </div>
      </div>
      {resting && mouse.resting && props.preview && (
        <HoverCard anchor={mouse.resting.box}>{props.preview(resting)}</HoverCard>
      )}
    </div>
  );
}

/** The rows from `first` to `last`; none before there are columns, for all of them would be drawn twice. */
function drawnRows<R>(
  rows: readonly R[],
  first: number,
  last: number,
  columns: readonly Column<R>[],
): readonly R[] {
  return columns.length === 0 ? [] : rows.slice(first, last);
}

/** The chosen columns, or the usual ones that fit; a phone has places for some of them. None before there is a place. */
function useShownColumns<R>(
  { columns, chosen }: RowListProps<R>,
  scroller: RefObject<HTMLDivElement | null>,
  isPhone: boolean,
) {
  const room = useWidth(scroller);
  return useMemo(
    () => (room === null ? [] : isPhone ? [...columns] : chosenColumns(columns, chosen, room)),
    [columns, chosen, room, isPhone],
  );
}
