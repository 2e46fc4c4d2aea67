import type { Previews, TraceSpan } from "../../api/traces";

/** What the search inside of a trace looks at. */
export function searchedTexts(span: TraceSpan, previews: Previews): readonly string[] {
  return [
    span.name,
    span.request_model,
    span.response_model,
    span.provider,
    span.tool_name,
    span.agent_name,
    span.error_type,
    span.error_message,
    ...(previews.get(span.span_id) ?? []),
    span.service,
    span.span_id,
  ];
}
