import type { Selection } from "./useSelection";
import { TraceLogs } from "./TraceLogs";
import type { TraceModel } from "./traceModel";

interface LogsLensProps {
  trace: TraceModel;
  selection: Selection;
}

/** The log records of the whole trace. */
export function LogsLens({ trace, selection }: LogsLensProps) {
  return <TraceLogs trace={trace} spanId="" onSelect={selection.select} />;
}
