import { memo, type ReactNode } from "react";
import type { Column } from "./column";
import "./Row.css";

interface RowProps<R> {
  id: string;
  index: number;
  row: R;
  name: string;
  columns: readonly Column<R>[];
  /** Distance from the list's top in pixels. */
  top: number;
  isCursor: boolean;
  isSelected: boolean;
  actions: ((row: R) => ReactNode) | undefined;
}

function RowInner<R>({ row, columns, actions, ...props }: RowProps<R>) {
  return (
    <div
      id={props.id}
      role="row"
      className="row"
      aria-label={props.name}
      aria-rowindex={props.index + 2}
      aria-selected={props.isSelected}
      aria-current={props.isCursor}
      data-row={props.index}
      style={{ transform: `translateY(${props.top}px)` }}
    >
      {columns.map((column) => (
        <span
          key={column.id}
          role="gridcell"
          className="row-cell"
          data-column={column.id}
          data-figure={column.isFigure}
          data-phone={column.phone}
        >
          {column.cell(row)}
        </span>
      ))}
      <i className="row-pick" data-pick aria-hidden="true" title="Select (x)" />
      {actions && (
        <span className="row-actions" data-action>
          {actions(row)}
        </span>
      )}
    </div>
  );
}

/** One row; drawn again only when something of it changed. */
export const Row = memo(RowInner) as typeof RowInner;
