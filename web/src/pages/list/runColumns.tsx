/** Columns of what ran once: traces and spans have them alike. */

import type { Standing } from "../../model/traceState";
import { Duration } from "../../ui/Duration";
import type { Column } from "../../ui/list/column";
import { StatusDot } from "../../ui/StatusDot";
import { ageColumn, wordColumn, wordsColumn } from "./columnsOf";
import { PreviewCell } from "./PreviewCell";

export function statusColumn<R>(
  fields: readonly string[],
  standingOf: (row: R) => Standing,
): Column<R> {
  return {
    id: "status",
    name: "Status",
    width: 8,
    isMark: true,
    phone: "mark",
    fields,
    cell: (row) => <StatusDot status={standingOf(row)} />,
  };
}

export function startColumn<R extends { start: string }>(): Column<R> {
  return ageColumn(
    { id: "age", name: "Age", width: 40, isUsual: true, sorts: "start", fields: ["start", "end"] },
    (row) => row.start,
  );
}

interface Said {
  input_preview: string;
  output_preview: string;
  error_type: string;
  error_message: string;
}

export function previewColumn<R extends Said>(standingOf: (row: R) => Standing): Column<R> {
  return {
    id: "preview",
    name: "Input → output",
    width: 220,
    grow: 1,
    phone: "note",
    fields: ["input_preview", "output_preview", "error_type", "error_message"],
    cell: (row) => (
      <PreviewCell
        input={row.input_preview}
        output={row.output_preview}
        ending={endingOf(row, standingOf(row))}
        status={standingOf(row)}
      />
    ),
  };
}

/** How it ended or where it stands, in a word, or what the error says; "" when it ended well. */
function endingOf({ error_message, error_type }: Said, standing: Standing): string {
  if (standing === "ok") return "";
  const message = error_message === "" ? error_type : error_message;
  return standing === "error" && message !== "" ? message : standing;
}

export function durationColumn<R extends { duration_ns: number | null }>(): Column<R> {
  return {
    id: "duration",
    name: "Duration",
    width: 60,
    isFigure: true,
    sorts: "duration",
    phone: "figure",
    fields: ["duration_ns"],
    cell: (row) => <Duration ns={row.duration_ns} />,
  };
}

export function userColumn<R extends { user_id: string }>(rank: number): Column<R> {
  return wordColumn(
    { id: "user", name: "User", width: 80, rank, fields: ["user_id"] },
    (row) => row.user_id,
  );
}

/** Without a rank shown only when chosen, as all that follow. */
export function sessionColumn<R extends { session_id: string }>(
  width: number,
  rank?: number,
): Column<R> {
  const place = rank === undefined ? {} : { rank };
  return wordColumn(
    { id: "session", name: "Session", width, ...place, fields: ["session_id"] },
    (row) => row.session_id,
  );
}

export function environmentColumn<R extends { environment: string }>(): Column<R> {
  return wordColumn(
    { id: "env", name: "Environment", width: 90, fields: ["environment"] },
    (row) => row.environment,
  );
}

export function tagsColumn<R extends { tags: string[] }>(width: number): Column<R> {
  return wordsColumn({ id: "tags", name: "Tags", width, fields: ["tags"] }, (row) => row.tags);
}

export function traceIdColumn<R extends { trace_id: string }>(): Column<R> {
  return wordColumn(
    { id: "trace_id", name: "Trace id", width: 240, fields: ["trace_id"] },
    (row) => row.trace_id,
  );
}
