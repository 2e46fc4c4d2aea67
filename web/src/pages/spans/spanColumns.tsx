import type { SpanRow } from "../../api/rows";
import { nameOr } from "../../model/format";
import { Duration } from "../../ui/Duration";
import { KindGlyph } from "../../ui/KindGlyph";
import type { Column } from "../../ui/list/column";
import { costColumn, countColumn, scoresColumn, tokensColumn, wordColumn } from "../list/columnsOf";
import { NameCell } from "../list/NameCell";
import { RowLink } from "../list/RowLink";
import {
  durationColumn,
  environmentColumn,
  previewColumn,
  sessionColumn,
  startColumn,
  statusColumn,
  tagsColumn,
  traceIdColumn,
  userColumn,
} from "../list/runColumns";

const GENERATING: ReadonlySet<string> = new Set(["llm", "agent", "chain"]);

/** The columns of a list of spans, in their usual order. */
export const SPAN_COLUMNS: readonly Column<SpanRow>[] = [
  statusColumn(["status"], (row) => row.status),
  startColumn(),
  {
    id: "name",
    name: "Name",
    width: 136,
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
  previewColumn((row) => row.status),
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
  durationColumn(),
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
  userColumn(4),
  sessionColumn(80),
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
  environmentColumn(),
  wordColumn(
    { id: "error", name: "Error", width: 120, fields: ["error_type", "error_class"] },
    (row) => row.error_type,
  ),
  tagsColumn(100),
  scoresColumn(),
  traceIdColumn(),
  wordColumn(
    { id: "span_id", name: "Span id", width: 130, fields: ["span_id"] },
    (row) => row.span_id,
  ),
];
