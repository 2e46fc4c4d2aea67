import type { PanelProps } from "./panelProps";
import { TraceLogs } from "./TraceLogs";

/** The log records that were written within the span. */
export function SpanLogs({ span, trace, onSelect }: PanelProps) {
  return <TraceLogs trace={trace} spanId={span.span_id} onSelect={onSelect} />;
}
