import { Link } from "@tanstack/react-router";
import { memo } from "react";
import type { TraceRow } from "../../api/traces";
import { nameOr } from "../../model/format";
import { type Standing, standingOf } from "../../model/traceState";
import { Age } from "../../ui/Age";
import { Duration } from "../../ui/Duration";
import { KindGlyph } from "../../ui/KindGlyph";
import { Money } from "../../ui/Money";
import { StatusDot } from "../../ui/StatusDot";
import { Tokens } from "../../ui/Tokens";
import "./TraceLine.css";

interface TraceLineProps {
  project: string;
  row: TraceRow;
  /** Distance from the list's top in pixels. */
  top: number;
  isSelected: boolean;
}

/** One trace on one line. */
export const TraceLine = memo(function TraceLine({
  project,
  row,
  top,
  isSelected,
}: TraceLineProps) {
  const name = nameOr(row.name, row.trace_id);
  const standing = standingOf(row);
  return (
    <Link
      to="/p/$project/traces/$traceId"
      params={{ project, traceId: row.trace_id }}
      search={({ filter = "", range = "", live = "" }) => ({ filter, range, live })}
      className="trace-line"
      role="row"
      aria-label={name}
      aria-current={isSelected}
      style={{ transform: `translateY(${top}px)` }}
    >
      <span role="cell" className="trace-status">
        <StatusDot status={standing} />
      </span>
      <span role="cell" className="trace-age">
        <Age time={row.start} />
      </span>
      <span role="cell" className="trace-name" title={row.name}>
        <KindGlyph kind={row.kind} />
        <span className="cut">{name}</span>
      </span>
      <span role="cell" className="trace-preview cut">
        <Preview row={row} standing={standing} />
      </span>
      <span role="cell" className="trace-models" title={row.models.join(", ")}>
        <span className="cut">{row.models[0]}</span>
        {row.models.length > 1 && <span className="unit">+{row.models.length - 1}</span>}
      </span>
      <span role="cell" className="trace-number trace-duration">
        <Duration ns={row.duration_ns} />
      </span>
      <span role="cell" className="trace-number trace-tokens">
        <Tokens input={row.input_tokens} output={row.output_tokens} hasOutput={row.llm_count > 0} />
      </span>
      <span role="cell" className="trace-number trace-cost">
        <Money dollars={row.total_cost} />
      </span>
      <span role="cell" className="trace-who cut" title={row.user_id}>
        {row.user_id}
      </span>
      <span role="cell" className="trace-who cut" title={row.session_id}>
        {row.session_id}
      </span>
      <span role="cell" className="trace-number trace-spans number">
        {row.span_count}
      </span>
    </Link>
  );
});

/** How it ended, when not well, then what went in and what came out. */
function Preview({ row, standing }: { row: TraceRow; standing: Standing }) {
  return (
    <>
      {standing !== "ok" && <Ending row={row} standing={standing} />}
      <bdi>{row.input_preview}</bdi>
      {row.output_preview !== "" && (
        <>
          <span className="trace-arrow"> → </span>
          <bdi className="trace-output">{row.output_preview}</bdi>
        </>
      )}
    </>
  );
}

function Ending({ row, standing }: { row: TraceRow; standing: Standing }) {
  const message = row.error_message === "" ? row.error_type : row.error_message;
  return (
    <span className="trace-ending" data-status={standing}>
      {standing === "error" && message !== "" ? message : standing}
    </span>
  );
}
