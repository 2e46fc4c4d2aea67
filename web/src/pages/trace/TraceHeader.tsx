import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import type { TraceRow } from "../../api/traces";
import { formatAbsolute, formatClock, formatDay, nameOr, parseTime } from "../../model/format";
import { originOf } from "../../model/origin";
import { isSimulated } from "../../model/providerForm";
import { whereTheTimeWent } from "../../model/story";
import { silenceOf, standingOf } from "../../model/traceState";
import { Age } from "../../ui/Age";
import { CopyButton } from "../../ui/CopyButton";
import { KindGlyph } from "../../ui/KindGlyph";
import { SimulatedChip } from "../../ui/SimulatedChip";
import { StatusDot } from "../../ui/StatusDot";
import { useTitle } from "../../ui/useTitle";
import { useView } from "../shell/useView";
import { quoted } from "../../model/filter";
import { CompareMenu } from "./CompareMenu";
import { CopyMenu } from "./CopyMenu";
import { Judging } from "./Judging";
import { ScoreChips } from "./ScoreChips";
import type { TraceModel } from "./traceModel";
import { TraceTotals } from "./TraceTotals";
import "./TraceHeader.css";

interface TraceHeaderProps {
  row: TraceRow;
  trace: TraceModel;
}

/** The trace in three lines: totals, who and when, and where the time went. */
export function TraceHeader({ row: trace, trace: model }: TraceHeaderProps) {
  const { tree, path, groups } = model;
  const story = useMemo(() => whereTheTimeWent(tree, path, groups), [tree, path, groups]);
  useTitle(nameOr(trace.name, trace.trace_id), "Trace", model.project);
  const standing = standingOf(trace);
  const silence = silenceOf({
    standing,
    lastMs: parseTime(trace.received),
    unended: tree.spans.filter(({ status }) => status === "open" || status === "crashed").length,
  });
  return (
    <header className="trace-header">
      <div className="trace-header-line">
        <KindGlyph kind={trace.kind} />
        <h2 className="cut" title={trace.name}>
          {nameOr(trace.name, trace.trace_id)}
        </h2>
        <StatusDot status={standing} word />
        <CopyButton text={trace.trace_id} what="trace id" shown={trace.trace_id.slice(0, 8)} />
        <TraceTotals trace={trace} />
        <div className="trace-actions">
          <Judging key={trace.trace_id} project={model.project} trace={trace} />
          <CompareMenu
            project={model.project}
            traceId={trace.trace_id}
            name={nameOr(trace.name, trace.trace_id)}
          />
          <CopyMenu trace={model} />
        </div>
      </div>
      <Facts trace={trace} />
      {trace.error_message !== "" && (
        <p className="trace-failure">
          <Origin trace={model} />
          {trace.error_type !== "" && <b>{trace.error_type}: </b>}
          {trace.error_message}
        </p>
      )}
      {silence !== null && <p className="trace-silence">{silence}</p>}
      {story !== null && <p className="trace-story">{story}</p>}
    </header>
  );
}

/** Leads to the step that failed last, where what the trace says was handed up from below. */
function Origin({ trace }: { trace: TraceModel }) {
  const origin = useMemo(() => originOf(trace.tree), [trace.tree]);
  const span = trace.tree.spans[origin];
  if (!span) return null;
  return (
    <Link
      to="."
      replace
      search={(before) => ({ ...before, span: span.span_id })}
      className="trace-origin"
      title="The next failed step: e, the one before: E"
    >
      Failed in {nameOr(span.name, span.span_id)}
    </Link>
  );
}

/** Models, user, session, service, time and id; a click on user or session filters by it. */
function Facts({ trace }: { trace: TraceRow }) {
  const view = useView();
  const startMs = parseTime(trace.start);
  const filterBy = (field: string, value: string) => (
    <button
      type="button"
      className="trace-fact-link"
      title={`Show the traces of this ${field}`}
      onClick={() => view.showTraces(`${field}:${quoted(value)}`, { kind: "all" })}
    >
      {value}
    </button>
  );
  return (
    <ul className="trace-facts">
      {trace.models.map((model) => (
        <li key={model} className="trace-model mono">
          {model}
        </li>
      ))}
      {trace.providers.some(isSimulated) && (
        <li>
          <SimulatedChip />
        </li>
      )}
      {trace.user_id !== "" && <li>user {filterBy("user", trace.user_id)}</li>}
      {trace.session_id !== "" && <li>session {filterBy("session", trace.session_id)}</li>}
      {trace.services.length > 0 && <li>{trace.services.join(", ")}</li>}
      {trace.environment !== "" && <li>{trace.environment}</li>}
      {trace.tags.map((tag) => (
        <li key={tag}>#{tag}</li>
      ))}
      {Object.keys(trace.scores).length > 0 && (
        <li className="trace-scores">
          <ScoreChips scores={trace.scores} />
        </li>
      )}
      <li title={formatAbsolute(startMs)} className="number">
        {formatDay(startMs)} {formatClock(startMs)} (<Age time={trace.start} ago />)
      </li>
    </ul>
  );
}
