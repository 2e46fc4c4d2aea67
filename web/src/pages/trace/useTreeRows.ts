import { useMemo, useState } from "react";
import type { TraceSpan } from "../../api/traces";
import {
  type Folds,
  type Groups,
  NO_FOLDS,
  revealed,
  rowsOf,
  type TreeRow,
} from "../../model/rows";
import { hasChildren, type Tree } from "../../model/tree";
import { useHotkeys } from "../../ui/useHotkeys";

interface Shown {
  tree: Tree<TraceSpan>;
  groups: Groups;
}

/** The rows of a tree, what of them is folded, and the keys that move the selection along them and fold. */
export function useTreeRows(
  { tree, groups }: Shown,
  selected: number,
  onSelect: (position: number) => void,
) {
  const [folds, setFolds] = useState<Folds>(() => revealed(tree, groups, NO_FOLDS, selected));
  const rows = useMemo(() => rowsOf(tree, groups, folds), [tree, groups, folds]);
  // What is selected elsewhere on the page gets a row; what is folded afterwards stays folded.
  const [lastSelected, setLastSelected] = useState(selected);
  if (lastSelected !== selected) {
    setLastSelected(selected);
    if (!rows.some(({ position }) => position === selected)) {
      setFolds(revealed(tree, groups, folds, selected));
    }
  }

  const select = (position: number) => {
    setFolds(revealed(tree, groups, folds, position));
    onSelect(position);
  };
  const stepRow = (by: 1 | -1) => {
    const next =
      by > 0
        ? rows.find(({ position }) => position > selected)
        : rows.findLast(({ position }) => position < selected);
    // A folded group is stepped onto, not opened.
    if (next) onSelect(next.position);
  };
  const toggle = (id: string, isGroup: boolean, isOn: boolean) =>
    setFolds(({ closed, opened }) => {
      const next = new Set(isGroup ? opened : closed);
      if (isOn) next.add(id);
      else next.delete(id);
      return isGroup ? { closed, opened: next } : { closed: next, opened };
    });
  const open = (row: TreeRow | undefined, isOpen: boolean) => {
    if (row?.type === "repeat") toggle(row.repeat.id, true, isOpen);
    const span = tree.spans[row?.position ?? -1];
    if (row?.type === "span" && span && hasChildren(tree, row.position)) {
      toggle(span.span_id, false, !isOpen);
    }
  };
  const rowOfSelected = () => rows.find(({ position }) => position === selected);
  useHotkeys({
    j: () => stepRow(1),
    k: () => stepRow(-1),
    ArrowDown: () => stepRow(1),
    ArrowUp: () => stepRow(-1),
    ArrowLeft: () => open(rowOfSelected(), false),
    ArrowRight: () => open(rowOfSelected(), true),
  });
  return { rows, folds, setFolds, select, toggle };
}
