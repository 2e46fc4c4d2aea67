import { useState } from "react";
import { extendedTo, NOTHING_SELECTED, type Selection, toggledRow } from "../../model/selection";
import { useHotkeys } from "../useHotkeys";

interface RowCursor<R> {
  rows: readonly R[];
  /** The ids of the rows. */
  order: readonly string[];
  peeked: string | null;
  onPeek: (id: string | null) => void;
  onOpen: (row: R) => void;
  selection: Selection;
  onSelect: (selection: Selection) => void;
  scrollTo: (index: number) => void;
}

/** The row at which the keyboard is, and what the keys do to it. */
export function useRowCursor<R>({ rows, order, peeked, selection, ...props }: RowCursor<R>) {
  const { onPeek, onOpen, onSelect, scrollTo } = props;
  const [cursor, setCursor] = useState<string | null>(peeked);
  const at = cursor === null ? -1 : order.indexOf(cursor);

  // A range begins at the row that was picked last, or else at the cursor.
  const extend = (id: string) =>
    onSelect(extendedTo({ ...selection, anchor: selection.anchor ?? cursor }, order, id));
  const step = (to: number, isRange = false) => {
    const index = Math.min(Math.max(to, 0), order.length - 1);
    const next = order[index];
    if (next === undefined) return;
    if (isRange) extend(next);
    setCursor(next);
    if (peeked !== null) onPeek(next);
    scrollTo(index);
  };
  const leave = () => {
    if (peeked !== null) onPeek(null);
    else if (selection.ids.size > 0) onSelect(NOTHING_SELECTED);
    else setCursor(null);
  };
  useHotkeys({
    j: () => step(at + 1),
    k: () => step(at - 1),
    ArrowDown: ({ shiftKey }) => step(at + 1, shiftKey),
    ArrowUp: ({ shiftKey }) => step(at - 1, shiftKey),
    Home: () => step(0),
    End: () => step(order.length - 1),
    x: () => cursor !== null && onSelect(toggledRow(selection, cursor)),
    p: () => cursor !== null && onPeek(peeked === null ? cursor : null),
    Enter: () => {
      const row = rows[at];
      if (row) onOpen(row);
    },
    Escape: leave,
  });
  return { cursor, at, setCursor, extend };
}
