import type { TraceSpan } from "../../api/traces";
import { formatDuration, nameOr } from "../../model/format";
import type { Entry } from "../../model/transcript";
import { type Fact, FactList } from "../trace/FactList";
import { SpanHead } from "../trace/SpanHead";
import { SpokenSpan } from "../trace/SpokenSpan";
import type { TraceModel } from "../trace/traceModel";
import "../trace/SpanPanel.css";
import "./SharedSpan.css";

interface SharedSpanProps {
  trace: TraceModel;
  position: number;
  onClose: () => void;
}

const NO_TOOLS: ReadonlySet<string> = new Set();

/** A span as far as a link shows it: its figures, and what was said where that is shared. */
export function SharedSpan({ trace, position, onClose }: SharedSpanProps) {
  const span = trace.tree.spans[position];
  if (!span) return null;
  const entry = { type: typeOf(span), before: trace.previous().get(position) ?? -1 };
  return (
    <section className="span-panel shared-span" role="region" aria-label="Span">
      <SpanHead span={span} onClose={onClose} />
      <div className="tab-content">
        {span.error_message !== "" && (
          <p className="trace-failure" dir="auto">
            {span.error_type !== "" && <b>{span.error_type}: </b>}
            {span.error_message}
          </p>
        )}
        {trace.hasTexts && (
          <SpokenSpan key={span.span_id} trace={trace} entry={entry} tools={NO_TOOLS} span={span} />
        )}
        <FactList title="Details" facts={factsOf(trace, span)} />
      </div>
    </section>
  );
}

function typeOf({ kind }: TraceSpan): Entry["type"] {
  if (kind === "tool") return "tool";
  return kind === "retriever" || kind === "reranker" ? "retrieval" : "call";
}

function factsOf({ tree }: TraceModel, span: TraceSpan): Fact[] {
  const above = tree.spans[tree.positionOf(span.parent_id)];
  const isAnswerOther = span.response_model !== "" && span.response_model !== span.request_model;
  return [
    ["Began after", formatDuration(span.start_offset_ns)],
    ["First token", span.ttft_ns === null ? "" : formatDuration(span.ttft_ns)],
    ["Provider", span.provider],
    ["Model", span.request_model],
    ["Answered by", isAnswerOther ? span.response_model : ""],
    ["Tool", span.tool_name],
    ["Agent", span.agent_name],
    ["Attempt", span.attempt === null ? "" : String(span.attempt)],
    ["Service", span.service],
    ["Inside of", above ? nameOr(above.name, above.span_id) : ""],
  ];
}
