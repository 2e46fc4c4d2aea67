import { useQuery } from "@tanstack/react-query";
import { contentQuery, type SpanContent } from "../../api/contents";
import { nameOr } from "../../model/format";
import { cacheBreak, type CallFacts, type CallText, seenBefore } from "../../model/turns";
import { CacheNote } from "./CacheNote";
import { OfferedTools } from "./OfferedTools";
import type { PanelProps } from "./panelProps";
import { TurnList } from "./TurnList";
import "./Chat.css";

/** The messages of a model call, with what was new beside the call before it. */
export function Chat(props: PanelProps) {
  const { span, trace, position } = props;
  const spanBefore = trace.tree.spans[trace.previous().get(position) ?? -1];
  const { data } = useQuery({
    ...contentQuery(trace.project, trace.traceId, spanBefore?.span_id ?? ""),
    enabled: spanBefore !== undefined,
  });
  const seen = data ? seenBefore(span, data) : 0;
  return (
    <>
      {data && <Before {...props} content={data} seen={seen} />}
      <TurnList input={span.input_messages ?? []} output={span.output_messages ?? []} seen={seen} />
      <OfferedTools definitions={span.tool_definitions} answer={span.output_messages} />
    </>
  );
}

interface BeforeProps extends PanelProps {
  /** What the call before said. */
  content: SpanContent;
  seen: number;
}

/** Which call it goes on from, and whether the prompt cache could serve it. */
function Before({ span, trace, position, onSelect, content, seen }: BeforeProps) {
  const before = trace.previous().get(position) ?? -1;
  const [now, earlier] = [trace.tree.spans[position], trace.tree.spans[before]];
  if (!now || !earlier) return null;
  const broken = cacheBreak(
    { ...factsOf(now), ...said(span) },
    { ...factsOf(earlier), ...said(content) },
  );
  return (
    <>
      <p className="chat-before">
        Goes on from{" "}
        <button type="button" className="chat-link" onClick={() => onSelect(before)}>
          {nameOr(earlier.name, earlier.span_id)}
        </button>
        {seen === 0 && ", with no message in common"}
      </p>
      {broken && <CacheNote broken={broken} />}
    </>
  );
}

function factsOf({ request_model, cache_read_tokens, start_offset_ns }: CallFacts): CallFacts {
  return { request_model, cache_read_tokens, start_offset_ns };
}

function said({ input_messages, output_messages, tool_definitions }: CallText): CallText {
  return { input_messages, output_messages, tool_definitions };
}
