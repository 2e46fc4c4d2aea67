import type { ReactNode } from "react";
import "./NameCell.css";

interface NameCellProps {
  /** The glyph before it. */
  mark?: ReactNode;
  title: string;
  children: ReactNode;
}

/** What the row is called, with what kind of thing it is before it. */
export function NameCell({ mark, title, children }: NameCellProps) {
  return (
    <span className="name-cell" title={title}>
      {mark}
      <span className="cut">{children}</span>
    </span>
  );
}
