import type { ComponentType, ReactNode } from "react";
import type { Counted } from "../../api/histogram";
import type { Noun, RowOf } from "../../api/rows";
import type { Column } from "../../ui/list/column";
import type { Go } from "./useGo";

/** What the panel beside a list is given. */
export interface PeekProps<R> {
  project: string;
  id: string;
  /** The row, where the list has loaded it. */
  row: R | undefined;
  onClose: () => void;
}

/** All that one list has of its own. */
export interface ListKind<N extends Noun> {
  noun: N;
  title: string;
  /** One row, in a word. */
  one: string;
  /** What its filter asks, and what its histogram and facets count. */
  of: Counted;
  /** The order in which new rows come on top. */
  newestFirst: string;
  columns: readonly Column<RowOf[N]>[];
  facets: readonly string[];
  idOf: (row: RowOf[N]) => string;
  nameOf: (row: RowOf[N]) => string;
  /** Leads to the page of a row. */
  open: (row: RowOf[N], go: Go) => void;
  actions: (row: RowOf[N]) => ReactNode;
  /** Leads to where two of them stand beside each other. */
  compare?: (first: string, second: string, go: Go) => void;
  /** What was said to a row and what it answered, for a pointer that rests. */
  preview?: (row: RowOf[N]) => ReactNode;
  Peek: ComponentType<PeekProps<RowOf[N]>>;
}
