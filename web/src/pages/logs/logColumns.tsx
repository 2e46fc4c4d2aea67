import type { LogRow } from "../../api/logs";
import { formatAbsolute, formatClock, parseTime } from "../../model/format";
import { logName } from "../../model/logFeed";
import type { Column } from "../../ui/list/column";
import { SeverityMark } from "../../ui/SeverityMark";
import { wordColumn } from "../list/columnsOf";
import { RowLink } from "../list/RowLink";
import "./logColumns.css";

/** The columns of the list of log records. */
export const LOG_COLUMNS: readonly Column<LogRow>[] = [
  {
    id: "time",
    name: "Time",
    width: 76,
    phone: "when",
    fields: [],
    cell: ({ time }) => (
      <time className="number log-time" title={formatAbsolute(parseTime(time))}>
        {formatClock(parseTime(time))}
      </time>
    ),
  },
  {
    id: "severity",
    name: "Severity",
    width: 62,
    phone: "figure",
    fields: [],
    cell: ({ severity }) => <SeverityMark severity={severity} />,
  },
  {
    id: "message",
    name: "Message",
    width: 260,
    grow: 1,
    phone: "title",
    fields: [],
    cell: (row) => (
      <span className="log-message" data-severity={row.severity}>
        {logName(row)}
      </span>
    ),
  },
  {
    ...wordColumn<LogRow>(
      { id: "logger", name: "Logger", width: 150, rank: 3, fields: [] },
      (row) => row.logger,
    ),
    phone: "note",
  },
  wordColumn(
    { id: "service", name: "Service", width: 120, rank: 2, fields: [] },
    (row) => row.service,
  ),
  {
    id: "trace",
    name: "Trace",
    width: 80,
    rank: 1,
    fields: [],
    cell: ({ trace_id: traceId, span_id: spanId }) =>
      traceId === "" ? null : (
        <RowLink path={`/traces/${traceId}`} span={spanId}>
          <span className="number">{traceId.slice(0, 8)}</span>
        </RowLink>
      ),
  },
];
