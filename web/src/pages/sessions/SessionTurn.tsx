import type { RefCallback } from "react";
import type { RowOf } from "../../api/rows";
import {
  formatAbsolute,
  formatClock,
  formatDay,
  formatPreview,
  nameOr,
  parseTime,
} from "../../model/format";
import { standingOf } from "../../model/traceState";
import { Duration } from "../../ui/Duration";
import { KindGlyph } from "../../ui/KindGlyph";
import { Money } from "../../ui/Money";
import { StatusDot } from "../../ui/StatusDot";
import { Tokens } from "../../ui/Tokens";
import { TraceLink } from "../list/TraceLink";
import "./SessionTurn.css";

interface SessionTurnProps {
  row: RowOf["traces"];
  number: number;
  isCurrent: boolean;
  /** Measures it. */
  measured: RefCallback<HTMLElement>;
}

/** One trace as a turn: what was asked, what was answered, and what it took. */
export function SessionTurn({ row, number, isCurrent, measured }: SessionTurnProps) {
  const startMs = parseTime(row.start);
  return (
    <li ref={measured} data-index={number - 1} className="session-turn" aria-current={isCurrent}>
      <header>
        <span className="session-turn-number number">{number}</span>
        <time className="number" dateTime={row.start} title={formatAbsolute(startMs)}>
          {formatDay(startMs)} {formatClock(startMs)}
        </time>
        <TraceLink traceId={row.trace_id} className="session-turn-name">
          <KindGlyph kind={row.kind} />
          <span className="cut">{nameOr(row.name, row.trace_id)}</span>
        </TraceLink>
        <StatusDot status={standingOf(row)} word />
        <span className="session-turn-figures">
          <Duration ns={row.duration_ns} />
          <Tokens
            input={row.input_tokens}
            output={row.output_tokens}
            hasOutput={row.llm_count > 0}
          />
          <Money dollars={row.total_cost} />
        </span>
      </header>
      {row.input_preview !== "" && (
        <p className="session-asked" dir="auto">
          <span className="unseen">Input: </span>
          {formatPreview(row.input_preview)}
        </p>
      )}
      {row.output_preview !== "" && (
        <p className="session-answered" dir="auto">
          <span className="unseen">Output: </span>
          {formatPreview(row.output_preview)}
        </p>
      )}
      {row.error_message !== "" && (
        <p className="session-failed" dir="auto">
          {row.error_type !== "" && <b>{row.error_type}: </b>}
          {row.error_message}
        </p>
      )}
    </li>
  );
}
