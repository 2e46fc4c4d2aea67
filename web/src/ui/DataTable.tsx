import type { ReactNode } from "react";
import "./DataTable.css";

interface Column {
  name: string;
  /** Words stand at the left, figures at the right. */
  type?: "words" | "figure";
  /** What the name means, on hover. */
  hint?: string;
}

interface DataTableProps {
  label: string;
  columns: readonly Column[];
  /** The rows; a cell of words has the class `words`. */
  children: ReactNode;
}

/** A plain table of facts that scrolls sideways by itself where there is no room. */
export function DataTable({ label, columns, children }: DataTableProps) {
  return (
    <div className="data-table" role="region" aria-label={`${label}, scrollable`} tabIndex={0}>
      <table aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ name, type = "figure", hint }) => (
              <th key={name} scope="col" className={type === "words" ? "words" : ""} title={hint}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
