import type { RowOf } from "../../api/rows";
import { nameOr } from "../../model/format";
import { standingOf } from "../../model/traceState";
import { Duration } from "../../ui/Duration";
import { KindGlyph } from "../../ui/KindGlyph";
import type { Column } from "../../ui/list/column";
import { StatusDot } from "../../ui/StatusDot";
import {
  ageColumn,
  costColumn,
  countColumn,
  scoresColumn,
  tokensColumn,
  wordColumn,
  wordsColumn,
} from "../list/columnsOf";
import { NameCell } from "../list/NameCell";
import { PreviewCell } from "../list/PreviewCell";
import { RowLink } from "../list/RowLink";

type TraceRow = RowOf["traces"];

/** The columns of a list of traces, in their usual order. */
export const TRACE_COLUMNS: readonly Column<TraceRow>[] = [
  {
    id: "status",
    name: "Status",
    width: 8,
    isMark: true,
    phone: "mark",
    fields: ["status", "state"],
    cell: (row) => <StatusDot status={standingOf(row)} />,
  },
  ageColumn(
    { id: "age", name: "Age", width: 40, isUsual: true, sorts: "start", fields: ["start", "end"] },
    (row) => row.start,
  ),
  {
    id: "name",
    name: "Name",
    width: 96,
    grow: 0.35,
    phone: "title",
    fields: ["name", "kind"],
    cell: (row) => (
      <NameCell mark={<KindGlyph kind={row.kind} />} title={row.name}>
        <RowLink path={`/traces/${row.trace_id}`}>{nameOr(row.name, row.trace_id)}</RowLink>
      </NameCell>
    ),
  },
  {
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
        ending={endingOf(row)}
        status={standingOf(row)}
      />
    ),
  },
  wordsColumn(
    { id: "models", name: "Models", width: 132, rank: 3, fields: ["models"] },
    (row) => row.models,
  ),
  {
    id: "duration",
    name: "Duration",
    width: 60,
    isFigure: true,
    sorts: "duration",
    phone: "figure",
    fields: ["duration_ns"],
    cell: (row) => <Duration ns={row.duration_ns} />,
  },
  tokensColumn(1, (row) => row.llm_count > 0),
  costColumn(2),
  wordColumn(
    { id: "user", name: "User", width: 80, rank: 4, fields: ["user_id"] },
    (row) => row.user_id,
  ),
  wordColumn(
    { id: "session", name: "Session", width: 72, rank: 5, fields: ["session_id"] },
    (row) => row.session_id,
  ),
  countColumn(
    { id: "spans", name: "Spans", width: 40, rank: 6, fields: ["span_count"] },
    (row) => row.span_count,
  ),
  countColumn(
    { id: "errors", name: "Failed spans", width: 80, fields: ["error_count"] },
    (row) => row.error_count,
  ),
  countColumn(
    { id: "llm_calls", name: "Model calls", width: 76, fields: ["llm_count"] },
    (row) => row.llm_count,
  ),
  countColumn(
    { id: "tool_calls", name: "Tool calls", width: 66, fields: ["tool_count"] },
    (row) => row.tool_count,
  ),
  wordsColumn(
    { id: "service", name: "Service", width: 110, fields: ["services"] },
    (row) => row.services,
  ),
  wordsColumn(
    { id: "provider", name: "Provider", width: 90, fields: ["providers"] },
    (row) => row.providers,
  ),
  wordColumn(
    { id: "env", name: "Environment", width: 90, fields: ["environment"] },
    (row) => row.environment,
  ),
  wordColumn(
    { id: "release", name: "Release", width: 90, fields: ["release"] },
    (row) => row.release,
  ),
  wordColumn(
    { id: "feature", name: "Feature", width: 90, fields: ["feature"] },
    (row) => row.feature,
  ),
  wordsColumn({ id: "tags", name: "Tags", width: 110, fields: ["tags"] }, (row) => row.tags),
  scoresColumn(),
  wordColumn(
    { id: "trace_id", name: "Trace id", width: 240, fields: ["trace_id"] },
    (row) => row.trace_id,
  ),
];

/** How it ended or where it stands, in a word, or what the error says; "" when it ended well. */
function endingOf(row: TraceRow): string {
  const standing = standingOf(row);
  if (standing === "ok") return "";
  const message = row.error_message === "" ? row.error_type : row.error_message;
  return standing === "error" && message !== "" ? message : standing;
}
