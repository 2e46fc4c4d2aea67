import { Icon } from "../Icon";
import type { Column } from "./column";
import "./RowHead.css";

interface RowHeadProps<R> {
  columns: readonly Column<R>[];
  /** What the list is sorted by: `-cost` is the largest first. */
  sort: string;
  onSort: (sort: string) => void;
}

/** The names of the columns; a click sorts, another turns the order round. */
export function RowHead<R>({ columns, sort, onSort }: RowHeadProps<R>) {
  const sorted = sort.replace("-", "");
  const isDown = sort.startsWith("-");
  return (
    <div className="row-head" role="row">
      {columns.map(({ id, name, hint, isFigure, isMark, sorts }) => {
        const isSorted = sorts === sorted;
        return (
          <span
            key={id}
            role="columnheader"
            className="row-head-cell"
            data-figure={isFigure}
            title={hint}
            {...(sorts === undefined
              ? {}
              : { "aria-sort": isSorted ? (isDown ? "descending" : "ascending") : "none" })}
          >
            {sorts === undefined ? (
              <span className={isMark === true ? "unseen" : "cut"}>{name}</span>
            ) : (
              <button
                type="button"
                onClick={() => onSort(isSorted && isDown ? sorts : `-${sorts}`)}
              >
                {isSorted && <Icon name={isDown ? "dropped" : "up"} />}
                {name}
              </button>
            )}
          </span>
        );
      })}
    </div>
  );
}
