import type { SpanRow } from "../../api/rows";
import { nameOr } from "../../model/format";
import { termFor } from "../../model/terms";
import { Age } from "../../ui/Age";
import { CopyButton } from "../../ui/CopyButton";
import { Duration } from "../../ui/Duration";
import { KindGlyph } from "../../ui/KindGlyph";
import { Money } from "../../ui/Money";
import { StatusDot } from "../../ui/StatusDot";
import { Tokens } from "../../ui/Tokens";
import { type Fact, Facts } from "../list/Facts";
import { InOut } from "../list/InOut";
import { ListLink } from "../list/ListLink";
import type { PeekProps } from "../list/listKind";
import { Peek } from "../list/Peek";
import { StackPreview } from "../list/StackPreview";
import { TraceLink } from "../list/TraceLink";
import { useRow } from "../list/useRow";
import { idsOf } from "./spanKey";
import "./SpanPeek.css";

/** A span at a glance; its stack is fetched only when it is asked for. */
export function SpanPeek({ project, id, row, onClose }: PeekProps<SpanRow>) {
  const { trace_id, span_id } = idsOf(id);
  const filter = `${termFor("trace", trace_id)} ${termFor("span", span_id)}`;
  const found = useRow("spans", project, filter, row);
  const link = (
    <TraceLink traceId={trace_id} spanId={span_id}>
      Open
    </TraceLink>
  );
  return (
    <Peek
      id={id}
      found={found}
      nameOf={(span) => nameOr(span.name, span.span_id)}
      link={link}
      onClose={onClose}
    >
      {(span) => (
        <>
          <Facts facts={factsOf(span)} />
          {span.error_message !== "" && <SpanFailure project={project} span={span} />}
          <InOut input={span.input_preview} output={span.output_preview} />
        </>
      )}
    </Peek>
  );
}

function factsOf(span: SpanRow): Fact[] {
  const { input_tokens, output_tokens } = span;
  const isUsed = input_tokens !== null || output_tokens !== null;
  return [
    [
      "Kind",
      <span key="kind" className="span-peek-kind">
        <KindGlyph kind={span.kind} /> {span.kind}
      </span>,
    ],
    ["Status", span.status !== "ok" && <StatusDot key="s" status={span.status} word />],
    ["Started", <Age key="age" time={span.start} ago />],
    ["Duration", <Duration key="duration" ns={span.duration_ns} />],
    ["First token", span.ttft_ns !== null && <Duration key="ttft" ns={span.ttft_ns} />],
    ["Tokens", isUsed && <Tokens key="t" input={input_tokens} output={output_tokens} hasOutput />],
    ["Cost", span.total_cost && <Money key="cost" dollars={span.total_cost} />],
    ["Model", span.response_model === "" ? span.request_model : span.response_model],
    ["Tool", span.tool_name],
    ["Agent", span.agent_name],
    [
      "User",
      span.user_id && (
        <ListLink key="user" noun="traces" filter={termFor("user", span.user_id)}>
          {span.user_id}
        </ListLink>
      ),
    ],
    ["Service", span.service],
    ["Finish", span.finish_reason],
    ["Span id", <CopyButton key="id" text={span.span_id} what="span id" shown={span.span_id} />],
    ["Trace id", <CopyButton key="trace" text={span.trace_id} what="id" shown={span.trace_id} />],
  ];
}

function SpanFailure({ project, span }: { project: string; span: SpanRow }) {
  return (
    <section className="span-peek-failure">
      <h3>{span.error_type === "" ? "Error" : span.error_type}</h3>
      <p dir="auto">{span.error_message}</p>
      <StackPreview project={project} traceId={span.trace_id} spanId={span.span_id} />
    </section>
  );
}
