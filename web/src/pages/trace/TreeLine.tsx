import { memo } from "react";
import type { TraceSpan } from "../../api/traces";
import type { Segment } from "../../model/criticalPath";
import type { TimeScale } from "../../model/gaps";
import { attemptsId, type Folds, type TreeRow } from "../../model/rows";
import type { Scores } from "../../model/scores";
import { holds } from "../../model/search";
import type { PlayHead, TimeWindow } from "../../model/timeAxis";
import { hasChildren, type Tree } from "../../model/tree";
import { RepeatLine } from "./RepeatLine";
import { SpanLine } from "./SpanLine";
import type { TraceModel } from "./traceModel";

interface TreeLineProps {
  trace: TraceModel;
  row: TreeRow;
  top: number;
  window: TimeWindow;
  scale: TimeScale;
  selfNs: number;
  /** 0 to 5; null while no heat is shown. */
  heatStep: number | null;
  /** What was judged of the span itself. */
  scores: Scores | undefined;
  folds: Folds;
  selected: number;
  pattern: RegExp | null;
  textsOf: (span: TraceSpan) => readonly string[];
  /** The trace as it was, where what is shown is supposed. */
  before?: Tree<TraceSpan>;
  /** Where a replay is. */
  head?: PlayHead;
  onSelect: (position: number) => void;
  onToggle: (id: string, isGroup: boolean, isOn: boolean) => void;
}

const NO_SEGMENTS: readonly Segment[] = [];
/** More cannot be told apart in one bar. */
const MOST_GHOSTS = 10;

/** A row of the tree: a span, or several that are folded into one. */
export const TreeLine = memo(function TreeLine(props: TreeLineProps) {
  const { trace, row, top, window, scale, heatStep, selected } = props;
  const { position } = row;
  const span = trace.tree.spans[position];
  if (!span) return null;
  const depth = trace.tree.depth[position] ?? 0;
  if (row.type === "span") return <Single {...props} row={row} span={span} depth={depth} />;
  return (
    <RepeatLine
      span={span}
      repeat={row.repeat}
      isOpen={row.isOpen}
      isSelected={!row.isOpen && position === selected}
      {...{ depth, top, window, scale, heatStep }}
      onSelect={() => props.onSelect(position)}
      onToggle={() => props.onToggle(row.repeat.id, true, !row.isOpen)}
    />
  );
});

interface SingleProps extends TreeLineProps {
  row: Extract<TreeRow, { type: "span" }>;
  span: TraceSpan;
  depth: number;
}

function Single({ row, span, depth, ...props }: SingleProps) {
  const { trace, top, window, scale, heatStep, selfNs, scores, pattern, onToggle } = props;
  const { tree, path } = trace;
  const { position, attempts } = row;
  return (
    <SpanLine
      span={span}
      depth={depth + (row.isInner ? 1 : 0)}
      {...{ top, window, scale, heatStep, selfNs, scores }}
      endNs={tree.endNs}
      segments={path.get(position) ?? NO_SEGMENTS}
      attempts={attempts.length}
      areAttemptsOpen={row.isOpen}
      ghosts={row.isOpen ? [] : ghostsOf(trace, attempts)}
      was={props.before?.spans[props.before.positionOf(span.span_id)]}
      head={props.head}
      fold={hasChildren(tree, position) ? props.folds.closed.has(span.span_id) : null}
      isSelected={position === props.selected}
      isOrphan={span.parent_id !== "" && tree.positionOf(span.parent_id) < 0}
      isMatch={pattern !== null && holds(pattern, props.textsOf(span))}
      onSelect={() => props.onSelect(position)}
      onFold={(isFolded) => onToggle(span.span_id, false, isFolded)}
      onAttempts={() => onToggle(attemptsId(span), true, !row.isOpen)}
    />
  );
}

function ghostsOf({ tree }: TraceModel, attempts: readonly number[]): TraceSpan[] {
  return attempts.slice(-MOST_GHOSTS).flatMap((position) => tree.spans[position] ?? []);
}
