import { useEffect, useEffectEvent, useRef } from "react";
import type { ComparedRow } from "../../api/compare";
import { useMedia } from "../../ui/useMedia";
import { useRowRange } from "../../ui/useRowRange";
import { CompareLine } from "./CompareLine";
import "./CompareTable.css";

interface CompareTableProps {
  rows: readonly ComparedRow[];
  selected: number;
  onSelect: (row: number) => void;
}

/** The steps of both in the order of the first; only those in view are in the document. */
export function CompareTable({ rows, selected, onSelect }: CompareTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = useMedia("(max-width: 720px)") ? 36 : 26;
  const range = useRowRange({ scroller, count: rows.length, rowHeight });
  const reveal = useEffectEvent((row: number) => {
    if (row >= 0) range.scrollTo(row);
  });
  useEffect(() => reveal(selected), [selected]);
  return (
    <div className="compare-table">
      <div className="compare-columns" aria-hidden="true">
        <span>Step</span>
        <span>First</span>
        <span>Second</span>
        <span>Change</span>
        <span className="compare-money">First</span>
        <span className="compare-money">Second</span>
      </div>
      <div
        ref={scroller}
        className="compare-scroll"
        role="tree"
        aria-label="Steps of both"
        tabIndex={0}
        aria-activedescendant={selected >= 0 ? `step-${selected}` : undefined}
      >
        <div className="compare-room" style={{ height: range.height }}>
          {rows.slice(range.first, range.last).map((row, place) => {
            const at = range.first + place;
            return (
              <CompareLine
                key={at}
                id={`step-${at}`}
                row={row}
                top={at * rowHeight}
                isSelected={at === selected}
                onSelect={() => onSelect(at)}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}
