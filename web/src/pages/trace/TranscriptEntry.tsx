import { useQuery } from "@tanstack/react-query";
import { previewsQuery, type TraceSpan } from "../../api/traces";
import { nameOr } from "../../model/format";
import type { Entry } from "../../model/transcript";
import { Duration } from "../../ui/Duration";
import { KindGlyph } from "../../ui/KindGlyph";
import { StatusDot } from "../../ui/StatusDot";
import { SpokenSpan } from "./SpokenSpan";
import type { TraceModel } from "./traceModel";
import "./TranscriptEntry.css";

interface TranscriptEntryProps {
  trace: TraceModel;
  entry: Entry;
  /** Names of tools whose calls have entries of their own. */
  tools: ReadonlySet<string>;
  isSelected: boolean;
  onSelect: () => void;
}

/** One span as it is read: a line that says what it was, and below it what it said. */
export function TranscriptEntry(props: TranscriptEntryProps) {
  const { trace, entry, isSelected, onSelect } = props;
  const span = trace.tree.spans[entry.position];
  if (!span) return null;
  const name = span.kind === "tool" && span.tool_name !== "" ? span.tool_name : span.name;
  return (
    <article
      className="entry"
      data-type={entry.type}
      data-kind={span.kind}
      data-selected={isSelected}
      aria-label={nameOr(name, span.span_id)}
      style={{ marginLeft: `${Math.min(entry.level, MAX_LEVEL) * 14}px` }}
    >
      <button type="button" className="entry-head" aria-pressed={isSelected} onClick={onSelect}>
        <KindGlyph kind={span.kind} />
        <b className="cut">{nameOr(name, span.span_id)}</b>
        {span.status !== "ok" && <StatusDot status={span.status} word />}
        {entry.type === "step" && <Aside trace={trace} span={span} />}
        <span className="entry-duration">
          <Duration ns={span.duration_ns} />
        </span>
      </button>
      {span.error_message !== "" && (
        <p className="entry-error" dir="auto">
          {span.error_type !== "" && <b>{span.error_type}: </b>}
          {span.error_message.slice(0, 400)}
        </p>
      )}
      {entry.type !== "step" && entry.type !== "note" && <SpokenSpan {...props} span={span} />}
    </article>
  );
}

/** Deeper steps are not indented further. */
const MAX_LEVEL = 5;

/** What a step was given, in a line. */
function Aside({ trace, span }: { trace: TraceModel; span: TraceSpan }) {
  const { data } = useQuery(previewsQuery(trace.project, trace.traceId));
  return <span className="entry-aside cut">{data?.get(span.span_id)?.[0]}</span>;
}
