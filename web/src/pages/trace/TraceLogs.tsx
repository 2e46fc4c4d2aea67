import { useInfiniteQuery } from "@tanstack/react-query";
import { type LogRow, logsQuery } from "../../api/logs";
import { formatAbsolute, formatClock, nameOr, parseTime } from "../../model/format";
import { logName } from "../../model/logFeed";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { SeverityMark } from "../../ui/SeverityMark";
import { Waiting } from "../../ui/Waiting";
import { LogFacts } from "../logs/LogFacts";
import type { TraceModel } from "./traceModel";
import { useOpened } from "./useOpened";
import "./TraceLogs.css";

interface TraceLogsProps {
  trace: TraceModel;
  /** Of one span only; empty for the whole trace. */
  spanId: string;
  onSelect: (position: number) => void;
}

const ALL_TIME = { kind: "all" } as const;

/** The log records of a trace or of one of its spans, the newest first; bodies in full where one is opened. */
export function TraceLogs({ trace, spanId, onSelect }: TraceLogsProps) {
  const { project, traceId } = trace;
  const question = { project, range: ALL_TIME, filter: "", traceId, spanId };
  const { data, error, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery(
    logsQuery(question),
  );
  if (error) {
    return (
      <Notice title="The logs could not be read" tone="error">
        <p>{error.message}</p>
      </Notice>
    );
  }
  if (!data) return <Waiting rows={6} />;
  return (
    <div className="trace-logs">
      <ol>
        {data.pages.flatMap(({ rows }) =>
          rows.map((row) => (
            <Line
              key={row.id}
              row={row}
              trace={trace}
              isOfSpan={spanId !== ""}
              onSelect={onSelect}
            />
          )),
        )}
      </ol>
      {hasNextPage && (
        <Button variant="outlined" disabled={isFetching} onClick={() => void fetchNextPage()}>
          Show older ones
        </Button>
      )}
    </div>
  );
}

interface LineProps {
  row: LogRow;
  trace: TraceModel;
  isOfSpan: boolean;
  onSelect: (position: number) => void;
}

function Line({ row, trace, isOfSpan, onSelect }: LineProps) {
  const { isOpen, onToggle } = useOpened();
  const position = trace.tree.positionOf(row.span_id);
  const span = trace.tree.spans[position];
  return (
    <li>
      <details onToggle={onToggle}>
        <summary>
          <time className="number" title={formatAbsolute(parseTime(row.time))}>
            {formatClock(parseTime(row.time))}
          </time>
          <SeverityMark severity={row.severity} />
          <span className="cut trace-log-text" data-severity={row.severity}>
            {logName(row)}
          </span>
        </summary>
        {!isOfSpan && span && (
          <Button onClick={() => onSelect(position)}>{nameOr(span.name, span.span_id)}</Button>
        )}
        {isOpen && <LogFacts project={trace.project} id={row.id} />}
      </details>
    </li>
  );
}
