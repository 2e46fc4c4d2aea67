import type { TraceSort } from "../../api/traces";
import { Icon } from "../../ui/Icon";
import "./TraceHead.css";

/** The columns in order; those with `sorts` can order the list. */
const COLUMNS = [
  { name: "Status", className: "trace-status" },
  { name: "Age", className: "trace-age", sorts: "start" },
  { name: "Name", className: "trace-name" },
  { name: "Input → output", className: "trace-preview" },
  { name: "Models", className: "trace-models" },
  { name: "Duration", className: "trace-number", sorts: "duration" },
  { name: "Tokens", className: "trace-number trace-tokens", sorts: "tokens" },
  { name: "Cost", className: "trace-number trace-cost", sorts: "cost" },
  { name: "User", className: "trace-who" },
  { name: "Session", className: "trace-who" },
  { name: "Spans", className: "trace-number trace-spans" },
] as const;

interface TraceHeadProps {
  sort: TraceSort;
  onSort: (sort: TraceSort) => void;
}

/** The header row: a click sorts, another turns the order round. */
export function TraceHead({ sort, onSort }: TraceHeadProps) {
  const sorted = sort.replace("-", "");
  const isDown = sort.startsWith("-");
  return (
    <div className="trace-head" role="row" aria-label="Columns">
      {COLUMNS.map((column) => {
        if (!("sorts" in column)) {
          return (
            <span key={column.name} role="columnheader" className={column.className}>
              {column.name === "Status" ? <span className="unseen">Status</span> : column.name}
            </span>
          );
        }
        const { name, sorts, className } = column;
        const isSorted = sorts === sorted;
        const order = isDown ? "descending" : "ascending";
        return (
          <span
            key={name}
            role="columnheader"
            className={className}
            aria-sort={isSorted ? order : "none"}
          >
            <button type="button" onClick={() => onSort(isSorted && isDown ? sorts : `-${sorts}`)}>
              {isSorted && <Icon name={isDown ? "dropped" : "up"} />}
              {name}
            </button>
          </span>
        );
      })}
    </div>
  );
}
