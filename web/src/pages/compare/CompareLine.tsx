import { memo } from "react";
import type { ComparedRow, ComparedSpan } from "../../api/compare";
import { ASPECTS } from "../../model/compareWords";
import { change, formatChange, nameOr } from "../../model/format";
import { Duration } from "../../ui/Duration";
import { KindGlyph } from "../../ui/KindGlyph";
import { Money } from "../../ui/Money";
import { StatusDot } from "../../ui/StatusDot";

interface CompareLineProps {
  id: string;
  row: ComparedRow;
  top: number;
  isSelected: boolean;
  onSelect: () => void;
}

/** Deeper steps are not indented further. */
const MAX_INDENT = 10;
const MOST_MARKS = 3;

/** A step of both: its name, what differs, and time and cost on both sides. */
export const CompareLine = memo(function CompareLine(props: CompareLineProps) {
  const { id, row, top, isSelected, onSelect } = props;
  const { first, second, kind, depth, differs } = row;
  const name = nameOf(row);
  const marks = differs.map((aspect) => ASPECTS[aspect]);
  return (
    <div
      id={id}
      className="compare-line"
      role="treeitem"
      aria-label={[name, ...marks].join(", ")}
      aria-level={depth + 1}
      aria-selected={isSelected}
      data-side={first ? (second ? "both" : "first") : "second"}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onSelect}
    >
      <span
        className="compare-step"
        style={{ paddingLeft: `${Math.min(depth, MAX_INDENT) * 14 + 16}px` }}
      >
        <KindGlyph kind={kind} />
        <span className="cut" title={name}>
          {name}
        </span>
        {marks.length > 0 && (
          <span className="compare-marks" title={marks.join(", ")}>
            {marks.slice(0, MOST_MARKS).map((mark) => (
              <i key={mark}>{mark}</i>
            ))}
            {marks.length > MOST_MARKS && <i>+{marks.length - MOST_MARKS}</i>}
          </span>
        )}
      </span>
      <Time span={first} />
      <Time span={second} />
      <span className="compare-change number">{changeOf(first, second)}</span>
      <Cost span={first} />
      <Cost span={second} />
    </div>
  );
});

/** Of a step whose name differs both names. */
function nameOf({ first, second }: ComparedRow): string {
  const names = [first, second].flatMap((span) => (span ? nameOr(span.name, span.span_id) : []));
  return [...new Set(names)].join(" → ");
}

function Time({ span }: { span: ComparedSpan | null }) {
  return (
    <span className="compare-time">
      {span && span.status !== "ok" && <StatusDot status={span.status} />}
      {span ? <Duration ns={span.duration_ns} /> : <span className="none">–</span>}
      {span && span.share < 1 && (
        <small title="Of the traces have it">{Math.round(span.share * 100)} %</small>
      )}
    </span>
  );
}

function Cost({ span }: { span: ComparedSpan | null }) {
  return (
    <span className="compare-money">
      {span?.total_cost ? <Money dollars={span.total_cost} /> : ""}
    </span>
  );
}

function changeOf(first: ComparedSpan | null, second: ComparedSpan | null): string {
  if (!first || !second) return "";
  const moved = change(second.duration_ns, first.duration_ns);
  return moved === null ? "" : formatChange(moved);
}
