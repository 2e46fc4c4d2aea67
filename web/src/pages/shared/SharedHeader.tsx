import { useMemo } from "react";
import type { TraceRow } from "../../api/traces";
import { formatAbsolute, formatClock, formatDay, nameOr, parseTime } from "../../model/format";
import { whereTheTimeWent } from "../../model/story";
import { standingOf } from "../../model/traceState";
import { KindGlyph } from "../../ui/KindGlyph";
import { StatusDot } from "../../ui/StatusDot";
import { TraceTotals } from "../trace/TraceTotals";
import type { TraceModel } from "../trace/traceModel";
import "../trace/TraceHeader.css";

interface SharedHeaderProps {
  row: TraceRow;
  trace: TraceModel;
}

/** What a trace is, for somebody who can go nowhere else from it. */
export function SharedHeader({ row, trace }: SharedHeaderProps) {
  const story = useMemo(() => whereTheTimeWent(trace.tree, trace.path, trace.groups), [trace]);
  const startMs = parseTime(row.start);
  const facts = [row.user_id && `user ${row.user_id}`, ...row.services, row.environment];
  return (
    <header className="trace-header">
      <div className="trace-header-line">
        <KindGlyph kind={row.kind} />
        <h2 className="cut" title={row.name}>
          {nameOr(row.name, row.trace_id)}
        </h2>
        <StatusDot status={standingOf(row)} word />
        <TraceTotals trace={row} />
      </div>
      <ul className="trace-facts">
        {row.models.map((model) => (
          <li key={model} className="trace-model mono">
            {model}
          </li>
        ))}
        {facts.map((fact) => fact !== "" && <li key={fact}>{fact}</li>)}
        <li title={formatAbsolute(startMs)} className="number">
          {formatDay(startMs)} {formatClock(startMs)}
        </li>
      </ul>
      {row.error_message !== "" && (
        <p className="trace-failure">
          {row.error_type !== "" && <b>{row.error_type}: </b>}
          {row.error_message}
        </p>
      )}
      {story !== null && <p className="trace-story">{story}</p>}
    </header>
  );
}
