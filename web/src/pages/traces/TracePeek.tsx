import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { RowOf } from "../../api/rows";
import { traceQuery } from "../../api/traces";
import { criticalPath } from "../../model/criticalPath";
import { counted, nameOr } from "../../model/format";
import { groupsOf } from "../../model/rows";
import { whereTheTimeWent } from "../../model/story";
import { termFor } from "../../model/terms";
import { standingOf } from "../../model/traceState";
import { buildTree } from "../../model/tree";
import { Age } from "../../ui/Age";
import { CopyButton } from "../../ui/CopyButton";
import { Duration } from "../../ui/Duration";
import { KindGlyph } from "../../ui/KindGlyph";
import { Money } from "../../ui/Money";
import { StatusDot } from "../../ui/StatusDot";
import { Tokens } from "../../ui/Tokens";
import { Facts } from "../list/Facts";
import { InOut } from "../list/InOut";
import { ListLink } from "../list/ListLink";
import type { PeekProps } from "../list/listKind";
import { Peek } from "../list/Peek";
import { SessionLink } from "../list/SessionLink";
import { TraceLink } from "../list/TraceLink";
import { useRow } from "../list/useRow";
import "./TracePeek.css";

type TraceRow = RowOf["traces"];

/** Above it the spans of a trace are too many to fetch for a glance. */
const MOST_SPANS = 2000;
const TOP_SPANS = 6;

/** A trace at a glance: totals, where the time went, input and output, and its longest spans. */
export function TracePeek({ project, id, row, onClose }: PeekProps<TraceRow>) {
  const found = useRow("traces", project, termFor("trace", id), row);
  const link = <TraceLink traceId={id}>Open</TraceLink>;
  return (
    <Peek
      id={id}
      found={found}
      nameOf={(trace) => nameOr(trace.name, trace.trace_id)}
      link={link}
      onClose={onClose}
    >
      {(trace) => (
        <>
          <TraceFacts trace={trace} />
          {trace.error_message !== "" && (
            <p className="trace-peek-error" dir="auto">
              {trace.error_type !== "" && <b>{trace.error_type}: </b>}
              {trace.error_message}
            </p>
          )}
          {trace.span_count <= MOST_SPANS && <TopSpans project={project} traceId={id} />}
          <InOut input={trace.input_preview} output={trace.output_preview} />
        </>
      )}
    </Peek>
  );
}

function TraceFacts({ trace }: { trace: TraceRow }) {
  const { input_tokens, output_tokens } = trace;
  const standing = standingOf(trace);
  return (
    <Facts
      facts={[
        ["Status", standing !== "ok" && <StatusDot key="status" status={standing} word />],
        ["Started", <Age key="age" time={trace.start} ago />],
        ["Duration", <Duration key="duration" ns={trace.duration_ns} />],
        [
          "Tokens",
          input_tokens === null && output_tokens === null ? null : (
            <Tokens
              key="tokens"
              input={input_tokens}
              output={output_tokens}
              hasOutput={trace.llm_count > 0}
            />
          ),
        ],
        ["Cost", trace.total_cost && <Money key="cost" dollars={trace.total_cost} />],
        ["Models", trace.models.join(", ")],
        [
          "User",
          trace.user_id && (
            <ListLink key="user" noun="traces" filter={termFor("user", trace.user_id)}>
              {trace.user_id}
            </ListLink>
          ),
        ],
        [
          "Session",
          trace.session_id && (
            <SessionLink key="session" sessionId={trace.session_id}>
              {trace.session_id}
            </SessionLink>
          ),
        ],
        ["Service", trace.services.join(", ")],
        [
          "Trace id",
          <CopyButton key="id" text={trace.trace_id} what="id" shown={trace.trace_id} />,
        ],
      ]}
    />
  );
}

/** Where the time went, and the spans that took the longest below the root. */
function TopSpans({ project, traceId }: { project: string; traceId: string }) {
  const { data } = useQuery(traceQuery(project, traceId));
  const told = useMemo(() => {
    if (!data) return null;
    const tree = buildTree(data.spans);
    const longest = data.spans
      .filter(({ span_id }) => (tree.depth[tree.positionOf(span_id)] ?? 0) > 0)
      .sort((a, b) => (b.duration_ns ?? 0) - (a.duration_ns ?? 0))
      .slice(0, TOP_SPANS);
    return { story: whereTheTimeWent(tree, criticalPath(tree), groupsOf(tree)), longest };
  }, [data]);
  return (
    <section className="trace-peek-spans" aria-busy={told === null}>
      <p className="trace-peek-story">{told?.story}</p>
      {told && told.longest.length > 0 && (
        <>
          <h3>Longest of {counted(data?.spans.length ?? 0, "span")}</h3>
          <ul>
            {told.longest.map((span) => (
              <li key={span.span_id}>
                <TraceLink traceId={traceId} spanId={span.span_id}>
                  <KindGlyph kind={span.kind} />
                  <span className="cut">{nameOr(span.name, span.span_id)}</span>
                  {span.status !== "ok" && <StatusDot status={span.status} word />}
                  <Duration ns={span.duration_ns} />
                </TraceLink>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
