import type { SpanRow } from "../../api/rows";
import { nameOr } from "../../model/format";
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

const GENERATING: ReadonlySet<string> = new Set(["llm", "agent", "chain"]);

/** The columns of a list of spans, in their usual order. */
export const SPAN_COLUMNS: readonly Column<SpanRow>[] = [
  {
    id: "status",
    name: "Status",
    width: 8,
    isMark: true,
    phone: "mark",
    fields: ["status"],
    cell: (row) => <StatusDot status={row.status} />,
  },
  ageColumn(
    {
      id: "age",
      name: "Age",
      width: 40,
      isUsual: true,
      sorts: "start",
      fields: ["start", "end"],
    },
    (row) => row.start,
  ),
  {
    id: "name",
    name: "Name",
    width: 110,
    grow: 0.4,
    phone: "title",
    fields: ["name", "kind"],
    cell: (row) => (
      <NameCell mark={<KindGlyph kind={row.kind} />} title={row.name}>
        <RowLink path={`/traces/${row.trace_id}`} span={row.span_id}>
          {nameOr(row.name, row.span_id)}
        </RowLink>
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
        status={row.status}
      />
    ),
  },
  wordColumn(
    {
      id: "model",
      name: "Model",
      width: 132,
      rank: 3,
      fields: ["request_model", "response_model"],
    },
    (row) => (row.response_model === "" ? row.request_model : row.response_model),
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
  {
    id: "ttft",
    name: "First token",
    width: 68,
    rank: 6,
    isFigure: true,
    fields: ["ttft_ns"],
    cell: (row) => (row.ttft_ns === null ? null : <Duration ns={row.ttft_ns} />),
  },
  tokensColumn(1, (row) => GENERATING.has(row.kind)),
  costColumn(2),
  wordColumn(
    { id: "service", name: "Service", width: 100, rank: 5, fields: ["service"] },
    (row) => row.service,
  ),
  wordColumn(
    { id: "user", name: "User", width: 80, rank: 4, fields: ["user_id"] },
    (row) => row.user_id,
  ),
  wordColumn(
    { id: "session", name: "Session", width: 80, fields: ["session_id"] },
    (row) => row.session_id,
  ),
  wordColumn(
    { id: "tool", name: "Tool", width: 100, fields: ["tool_name"] },
    (row) => row.tool_name,
  ),
  wordColumn(
    { id: "agent", name: "Agent", width: 100, fields: ["agent_name"] },
    (row) => row.agent_name,
  ),
  wordColumn(
    { id: "provider", name: "Provider", width: 90, fields: ["provider"] },
    (row) => row.provider,
  ),
  wordColumn(
    { id: "finish", name: "Finish", width: 80, fields: ["finish_reason"] },
    (row) => row.finish_reason,
  ),
  countColumn(
    { id: "attempt", name: "Attempt", width: 56, fields: ["attempt"] },
    (row) => row.attempt,
  ),
  countColumn(
    { id: "cached", name: "Cached", width: 64, fields: ["cache_read_tokens"] },
    (row) => row.cache_read_tokens,
  ),
  countColumn(
    { id: "reasoning", name: "Reasoning", width: 68, fields: ["reasoning_tokens"] },
    (row) => row.reasoning_tokens,
  ),
  wordColumn(
    { id: "env", name: "Environment", width: 90, fields: ["environment"] },
    (row) => row.environment,
  ),
  wordColumn(
    { id: "error", name: "Error", width: 120, fields: ["error_type", "error_class"] },
    (row) => row.error_type,
  ),
  wordsColumn({ id: "tags", name: "Tags", width: 100, fields: ["tags"] }, (row) => row.tags),
  scoresColumn(),
  wordColumn(
    { id: "trace_id", name: "Trace id", width: 240, fields: ["trace_id"] },
    (row) => row.trace_id,
  ),
  wordColumn(
    { id: "span_id", name: "Span id", width: 130, fields: ["span_id"] },
    (row) => row.span_id,
  ),
];

function endingOf({ status, error_message, error_type }: SpanRow): string {
  if (status === "ok") return "";
  const message = error_message === "" ? error_type : error_message;
  return status === "error" && message !== "" ? message : status;
}
