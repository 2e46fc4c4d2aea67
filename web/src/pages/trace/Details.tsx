import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { SpanDetail } from "../../api/spans";
import { filledIn } from "../../model/filled";
import { formatAbsolute, formatDuration, parseTime } from "../../model/format";
import { tokensPerSecond } from "../../model/usageTable";
import { CopyButton } from "../../ui/CopyButton";
import { EventList } from "./EventList";
import { type Fact, FactList } from "./FactList";
import { LinkList } from "./LinkList";
import { PromptLink } from "./PromptLink";
import { Value } from "./Value";
import "./Details.css";

/** Everything that is known about the span in named fields; what is unknown is left out. */
export function Details({ span }: { span: SpanDetail }) {
  return (
    <div className="details">
      <FactList title="Time" facts={timeFacts(span)} />
      <FactList title="Model call" facts={modelFacts(span)} />
      <FactList title="Who and where" facts={originFacts(span)} />
      <FactList title="Identity" facts={identityFacts(span)} />
      <Value title="Parameters" value={span.parameters} />
      <Value title="Tool definitions" value={span.tool_definitions} />
      <EventList span={span} />
      <LinkList span={span} />
    </div>
  );
}

function timeFacts(span: SpanDetail): Fact[] {
  const rate = tokensPerSecond(span.output_tokens, span.duration_ns, span.ttft_ns);
  return [
    ["Start", formatAbsolute(parseTime(span.start))],
    ["End", span.end === null ? "still open" : formatAbsolute(parseTime(span.end))],
    ["Duration", formatDuration(span.duration_ns)],
    ["First token", span.ttft_ns === null ? "" : formatDuration(span.ttft_ns)],
    ["Output rate", rate === null ? "" : `${rate.toFixed(rate < 10 ? 1 : 0)} tokens/s`],
    ["Received", formatAbsolute(parseTime(span.received))],
  ];
}

function modelFacts(span: SpanDetail): Fact[] {
  const isAnswerOther = span.response_model !== "" && span.response_model !== span.request_model;
  return [
    ["Provider", span.provider],
    ["Operation", span.operation],
    ["Model", span.request_model],
    ["Answered by", isAnswerOther ? span.response_model : ""],
    ["Streamed", span.streamed === null ? "" : span.streamed ? "yes" : "no"],
    ["Finish reason", span.finish_reason],
    ["Response id", span.response_id],
    ["Attempt", span.attempt === null ? "" : String(span.attempt)],
    ["Retry of", span.retry_of],
    [
      "Prompt",
      span.prompt_name === "" ? (
        ""
      ) : (
        <PromptLink name={span.prompt_name} version={span.prompt_version} />
      ),
    ],
    ["Agent", span.agent_name],
    ["Tool", span.tool_name],
    ["Tool call id", span.tool_call_id],
  ];
}

function originFacts(span: SpanDetail): Fact[] {
  return [
    ["Service", [span.service, span.service_version].filter((text) => text !== "").join(" ")],
    ["Environment", span.environment],
    ["Release", span.release],
    ["User", span.user_id],
    ["Customer", span.customer_id],
    ["Session", span.session_id],
    ["Turn", span.turn_id],
    ["Run", span.run_id],
    ["Step", span.step_id],
    ["Request id", span.request_id],
    ["Feature", span.feature],
    ["Experiment", span.experiment],
    ["Variant", span.variant],
    ["Tags", span.tags.join(", ")],
  ];
}

/** The call whose request was edited in the playground before this one was made. */
function originOf({ project, attributes }: SpanDetail): ReactNode {
  const traceId = attributes["clearspan.origin.trace_id"];
  const span = attributes["clearspan.origin.span_id"];
  if (typeof traceId !== "string" || typeof span !== "string") return "";
  return (
    <Link to="/p/$project/traces/$traceId" params={{ project, traceId }} search={{ span }}>
      {span}
    </Link>
  );
}

function identityFacts(span: SpanDetail): Fact[] {
  const id = (text: string, what: string) => <CopyButton text={text} what={what} shown={text} />;
  return [
    ["Trace id", id(span.trace_id, "trace id")],
    ["Span id", id(span.span_id, "span id")],
    ["Parent id", span.parent_id === "" ? "" : id(span.parent_id, "parent id")],
    ["Asked again of", originOf(span)],
    ["Dialect", span.dialect],
    ["Filled in", filledIn(span.filled)],
    ["Scope", [span.scope_name, span.scope_version].filter((text) => text !== "").join(" ")],
  ];
}
