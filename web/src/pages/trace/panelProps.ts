import type { SpanDetail } from "../../api/spans";
import type { TraceModel } from "./traceModel";

/** What each tab of the panel is given. */
export interface PanelProps {
  span: SpanDetail;
  trace: TraceModel;
  position: number;
  /** Selects another span of the trace. */
  onSelect: (position: number) => void;
}
