import type { RowOf } from "../../api/rows";
import { nameOr } from "../../model/format";
import { standingOf } from "../../model/traceState";
import { KindGlyph } from "../../ui/KindGlyph";
import type { Column } from "../../ui/list/column";
import {
  costColumn,
  countColumn,
  scoresColumn,
  tokensColumn,
  wordColumn,
  wordsColumn,
} from "../list/columnsOf";
import { modelsColumn, servicesColumn } from "../list/groupColumns";
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

type TraceRow = RowOf["traces"];

/** The columns of a list of traces, in their usual order. */
export const TRACE_COLUMNS: readonly Column<TraceRow>[] = [
  statusColumn(["status", "state"], standingOf),
  startColumn(),
  {
    id: "name",
    name: "Name",
    width: 136,
    grow: 0.35,
    phone: "title",
    fields: ["name", "kind"],
    cell: (row) => (
      <NameCell mark={<KindGlyph kind={row.kind} />} title={row.name}>
        <RowLink path={`/traces/${row.trace_id}`}>{nameOr(row.name, row.trace_id)}</RowLink>
      </NameCell>
    ),
  },
  previewColumn<TraceRow>(standingOf),
  modelsColumn(132, 3),
  durationColumn(),
  tokensColumn(1, (row) => row.llm_count > 0),
  costColumn(2),
  userColumn(4),
  sessionColumn(72, 5),
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
  servicesColumn(110),
  wordsColumn(
    { id: "provider", name: "Provider", width: 90, fields: ["providers"] },
    (row) => row.providers,
  ),
  environmentColumn(),
  wordColumn(
    { id: "release", name: "Release", width: 90, fields: ["release"] },
    (row) => row.release,
  ),
  wordColumn(
    { id: "feature", name: "Feature", width: 90, fields: ["feature"] },
    (row) => row.feature,
  ),
  tagsColumn(110),
  scoresColumn(),
  traceIdColumn(),
];
