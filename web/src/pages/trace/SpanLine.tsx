import type { TraceSpan } from "../../api/traces";
import type { Segment } from "../../model/criticalPath";
import { counted, nameOr } from "../../model/format";
import type { TimeScale } from "../../model/gaps";
import { answersInTokens } from "../../model/kinds";
import { type Scores, scoreWords } from "../../model/scores";
import type { PlayHead, TimeWindow } from "../../model/timeAxis";
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
  depth: number;
  top: number;
  window: TimeWindow;
  scale: TimeScale;
  /** When the trace ends, for a span that has not. */
  endNs: number;
  /** How long it ran while none of its children did. */
  selfNs: number;
  /** 0 to 5; null while no heat is shown. */
  heatStep: number | null;
  scores: Scores | undefined;
  segments: readonly Segment[];
  /** How many attempts before this one share its row, or would. */
  attempts: number;
  areAttemptsOpen: boolean;
  /** Those attempts, where they share the row. */
  ghosts: readonly TraceSpan[];
  /** The span as it was, where what is shown is supposed. */
  was: TraceSpan | undefined;
  head: PlayHead | undefined;
  /** Whether its children are folded away; null without children. */
  fold: boolean | null;
  isSelected: boolean;
  isMatch: boolean;
  /** Its parent is not (yet) here. */
  isOrphan: boolean;
  onSelect: () => void;
  onFold: (isFolded: boolean) => void;
  onAttempts: () => void;
}

/** Deeper spans are not indented further: the name must stay readable. */
const MAX_INDENT = 14;

/** The room before a name. */
export function indent(depth: number): string {
  return `${Math.min(depth, MAX_INDENT) * 14 + 12}px`;
}

/** One span: its name in the tree and its bar on the timeline. */
export function SpanLine(props: SpanLineProps) {
  const { span, depth, fold } = props;
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
      data-played={playedOf(props)}
      style={{ transform: `translateY(${props.top}px)` }}
      onClick={props.onSelect}
    >
      <span className="span-name" style={{ paddingLeft: indent(depth) }}>
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
              props.onFold(!fold);
            }}
          >
            <Icon name={fold ? "right" : "down"} />
          </button>
        )}
        <KindGlyph kind={span.kind} />
        <span className="cut" title={span.name}>
          {name}
        </span>
        <Marks {...props} />
        {props.scores && <ScoreMark scores={props.scores} />}
      </span>
      <Figures span={span} selfNs={props.selfNs} hasChildren={fold !== null} />
      <SpanBar {...props} />
    </div>
  );
}

/** How far a replay is with the span. */
function playedOf({ span, endNs, head }: SpanLineProps): "later" | "now" | "past" | undefined {
  if (!head) return undefined;
  const startNs = span.start_offset_ns;
  // While it plays, what begins on the way to the next step has its turn.
  if (startNs > head.atNs && startNs >= head.towardsNs) return "later";
  const stopNs = span.duration_ns === null ? endNs : span.start_offset_ns + span.duration_ns;
  return stopNs > head.atNs ? "now" : "past";
}

function Figures(props: { span: TraceSpan; selfNs: number; hasChildren: boolean }) {
  const { span, selfNs, hasChildren } = props;
  return (
    <>
      <span className="span-duration">
        <Duration ns={span.duration_ns} />
      </span>
      <span className="span-self">{hasChildren && <Duration ns={selfNs} />}</span>
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
    </>
  );
}

/** What is out of the ordinary: status, attempts, a parent that is not here. */
function Marks({ span, isOrphan, attempts, areAttemptsOpen, onAttempts }: SpanLineProps) {
  const isRetried = span.retry_of !== "" || (span.attempt ?? 1) > 1;
  return (
    <>
      {span.status !== "ok" && <StatusDot status={span.status} word />}
      {attempts > 0 ? (
        <button
          type="button"
          tabIndex={-1}
          className="span-mark"
          aria-expanded={areAttemptsOpen}
          title={`${areAttemptsOpen ? "Hide" : "Show"} the ${counted(attempts, "attempt")} before it`}
          onClick={(event) => {
            event.stopPropagation();
            onAttempts();
          }}
        >
          {attempts + 1}
          <span> attempts</span>
        </button>
      ) : (
        isRetried && (
          <span className="span-mark" title={`Attempt ${span.attempt ?? 2}, after one that failed`}>
            <span>attempt </span>
            {span.attempt ?? 2}
          </span>
        )
      )}
      {isOrphan && (
        <span className="span-mark" title={`Its parent ${span.parent_id} has not arrived`}>
          orphan
        </span>
      )}
    </>
  );
}

/** The first judgement, and how many more there are. */
function ScoreMark({ scores }: { scores: Scores }) {
  const [first, ...others] = scoreWords(scores);
  if (first === undefined) return null;
  return (
    <b className="span-mark span-score cut" title={[first, ...others].join(", ")}>
      {first}
      {others.length > 0 && ` +${others.length}`}
    </b>
  );
}
