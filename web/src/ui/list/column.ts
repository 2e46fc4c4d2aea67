import type { ReactNode } from "react";
import type { ColumnShape } from "../../model/listColumns";

/** Where a cell stands on a phone, where a row has two lines; the others are not shown there. */
type PhonePlace = "mark" | "title" | "when" | "figure" | "note" | "side";

/** One column of a list of rows. */
export interface Column<R> extends ColumnShape {
  name: string;
  hint?: string;
  /** Figures stand at the right. */
  isFigure?: boolean;
  /** The name is for screen readers alone: the cells speak for themselves. */
  isMark?: boolean;
  /** What the API sorts by. */
  sorts?: string;
  /** The API's fields that the cell shows, for an export. */
  fields: readonly string[];
  phone?: PhonePlace | undefined;
  cell: (row: R) => ReactNode;
}
