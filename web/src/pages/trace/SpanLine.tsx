import { memo } from "react";
import type { TraceSpan } from "../../api/traces";
import type { Segment } from "../../model/criticalPath";
import { nameOr } from "../../model/format";
import { answersInTokens } from "../../model/kinds";
import type { TimeWindow } from "../../model/timeAxis";
import { Duration } from "../../ui/Duration";
import { Icon } from "../../ui/Icon";
import { KindGlyph } from "../../ui/KindGlyph";
import { Money } from "../../ui/Money";
import { StatusDot } from "../../ui/StatusDot";
import { Tokens } from "../../ui/Tokens";
import { SpanBar } from "./SpanBar";
import "./SpanLine.css";

interface SpanLineProps {
  span: TraceSpan;
  position: number;
  depth: number;
  top: number;
  window: TimeWindow;
  /** When the trace ends, for a span that has not. */
  endNs: number;
  segments: readonly Segment[];
  /** Attempts before this one. */
  ghosts: readonly TraceSpan[];
  /** Whether its children are folded away; null without children. */
  fold: boolean | null;
  isSelected: boolean;
  isMatch: boolean;
  onSelect: (position: number) => void;
  onFold: (position: number, folded: boolean) => void;
}

/** Deeper spans are not indented further: the name must stay readable. */
const MAX_INDENT = 14;

/** One span: its name in the tree and its bar on the timeline. */
export const SpanLine = memo(function SpanLine(props: SpanLineProps) {
  const { span, position, depth, fold } = props;
  const name = nameOr(span.name, span.span_id);
  return (
    <div
      id={`span-${span.span_id}`}
      className="span-line"
      role="treeitem"
      aria-label={name}
      aria-level={depth + 1}
      aria-selected={props.isSelected}
      {...(fold === null ? {} : { "aria-expanded": !fold })}
      data-match={props.isMatch}
      style={{ transform: `translateY(${props.top}px)` }}
      onClick={() => props.onSelect(position)}
    >
      <span
        className="span-name"
        style={{ paddingLeft: `${Math.min(depth, MAX_INDENT) * 14 + 12}px` }}
      >
        {fold === null ? (
          <i className="span-leaf" />
        ) : (
          <button
            type="button"
            tabIndex={-1}
            className="span-fold"
            aria-label={`${fold ? "Unfold" : "Fold"} ${name}`}
            onClick={(event) => {
              event.stopPropagation();
              props.onFold(position, !fold);
            }}
          >
            <Icon name={fold ? "right" : "down"} />
          </button>
        )}
        <KindGlyph kind={span.kind} />
        <span className="cut" title={span.name}>
          {name}
        </span>
        <Marks span={span} />
      </span>
      <span className="span-duration">
        <Duration ns={span.duration_ns} />
      </span>
      <span className="span-tokens">
        <Tokens
          input={span.input_tokens}
          output={span.output_tokens}
          hasOutput={answersInTokens(span.kind)}
        />
      </span>
      <span className="span-cost">
        <Money dollars={span.total_cost} />
      </span>
      <SpanBar
        span={span}
        window={props.window}
        endNs={props.endNs}
        segments={props.segments}
        ghosts={props.ghosts}
      />
    </div>
  );
});

/** What is out of the ordinary: status, attempt, a parent that is not here. */
function Marks({ span }: { span: TraceSpan }) {
  const isRetried = span.retry_of !== "" || (span.attempt ?? 1) > 1;
  return (
    <>
      {span.status !== "ok" && <StatusDot status={span.status} word />}
      {isRetried && (
        <span className="span-mark" title={`Attempt ${span.attempt ?? 2}, after one that failed`}>
          <span>attempt </span>
          {span.attempt ?? 2}
        </span>
      )}
      {span.orphan && (
        <span className="span-mark" title={`Its parent ${span.parent_id} has not arrived`}>
          orphan
        </span>
      )}
    </>
  );
}
