import type { TraceSpan } from "../../api/traces";

/** What the search inside of a trace looks at. */
export function searchedTexts(span: TraceSpan): string[] {
  return [
    span.name,
    span.request_model,
    span.response_model,
    span.provider,
    span.tool_name,
    span.agent_name,
    span.error_type,
    span.error_message,
    span.input_preview,
    span.output_preview,
    span.service,
    span.span_id,
  ];
}
