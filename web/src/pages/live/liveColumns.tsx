import type { RowOf } from "../../api/rows";
import type { Entry, Happening } from "../../model/feed";
import { formatAbsolute, formatClock, nameOr } from "../../model/format";
import { standingOf } from "../../model/traceState";
import { Duration } from "../../ui/Duration";
import { KindGlyph } from "../../ui/KindGlyph";
import type { Column } from "../../ui/list/column";
import { Money } from "../../ui/Money";
import { StatusDot } from "../../ui/StatusDot";
import { Tokens } from "../../ui/Tokens";
import { wordColumn, wordsColumn } from "../list/columnsOf";
import { NameCell } from "../list/NameCell";
import { PreviewCell } from "../list/PreviewCell";
import { RowLink } from "../list/RowLink";

type LiveEntry = Entry<RowOf["traces"]>;

/** What the feed calls each of the server's events. */
const WORDS: Record<Happening, string> = {
  traces: "changed",
  finished: "finished",
  updated: "updated",
};

/** The columns of the live feed. */
export const LIVE_COLUMNS: readonly Column<LiveEntry>[] = [
  {
    id: "status",
    name: "Status",
    width: 8,
    isMark: true,
    phone: "mark",
    fields: [],
    cell: ({ row }) => <StatusDot status={standingOf(row)} />,
  },
  {
    id: "time",
    name: "Time",
    width: 60,
    phone: "when",
    fields: [],
    cell: ({ atMs }) => (
      <time className="number live-time" title={formatAbsolute(atMs)}>
        {formatClock(atMs)}
      </time>
    ),
  },
  {
    id: "what",
    name: "What",
    width: 60,
    fields: [],
    cell: ({ what }) => (
      <span className="live-what" data-what={what}>
        {WORDS[what]}
      </span>
    ),
  },
  {
    id: "name",
    name: "Name",
    width: 110,
    grow: 0.35,
    phone: "title",
    fields: [],
    cell: ({ row }) => (
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
    fields: [],
    cell: ({ row }) => (
      <PreviewCell
        input={row.input_preview}
        output={row.output_preview}
        ending={row.error_message}
        status={standingOf(row)}
      />
    ),
  },
  wordsColumn(
    { id: "service", name: "Service", width: 110, rank: 3, fields: [] },
    ({ row }) => row.services,
  ),
  wordColumn(
    { id: "user", name: "User", width: 80, rank: 4, fields: [] },
    ({ row }) => row.user_id,
  ),
  {
    id: "duration",
    name: "Duration",
    width: 60,
    isFigure: true,
    phone: "figure",
    fields: [],
    cell: ({ row }) => <Duration ns={row.duration_ns} />,
  },
  {
    id: "tokens",
    name: "Tokens",
    width: 98,
    rank: 1,
    isFigure: true,
    fields: [],
    cell: ({ row }) => (
      <Tokens input={row.input_tokens} output={row.output_tokens} hasOutput={row.llm_count > 0} />
    ),
  },
  {
    id: "cost",
    name: "Cost",
    width: 72,
    rank: 2,
    isFigure: true,
    fields: [],
    cell: ({ row }) => <Money dollars={row.total_cost} />,
  },
];
