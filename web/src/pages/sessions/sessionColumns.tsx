import type { SessionRow } from "../../api/rows";
import type { Column } from "../../ui/list/column";
import {
  ageColumn,
  costColumn,
  countColumn,
  errorsColumn,
  tokensColumn,
  wordColumn,
  wordsColumn,
} from "../list/columnsOf";
import { NameCell } from "../list/NameCell";
import { PreviewCell } from "../list/PreviewCell";
import { RowLink } from "../list/RowLink";

/** The columns of a list of sessions, in their usual order. */
export const SESSION_COLUMNS: readonly Column<SessionRow>[] = [
  ageColumn(
    {
      id: "last_seen",
      name: "Last",
      width: 40,
      isUsual: true,
      sorts: "last_seen",
      fields: ["last_seen"],
    },
    (row) => row.last_seen,
  ),
  {
    id: "session",
    name: "Session",
    width: 110,
    grow: 0.3,
    phone: "title",
    fields: ["session_id"],
    cell: (row) => (
      <NameCell title={row.session_id}>
        <RowLink path={`/sessions/${encodeURIComponent(row.session_id)}`}>{row.session_id}</RowLink>
      </NameCell>
    ),
  },
  {
    id: "preview",
    name: "First input → last output",
    width: 220,
    grow: 1,
    phone: "note",
    fields: ["input_preview", "output_preview"],
    cell: (row) => <PreviewCell input={row.input_preview} output={row.output_preview} />,
  },
  wordColumn(
    { id: "user", name: "User", width: 90, rank: 3, fields: ["user_id", "users"] },
    (row) => (row.users > 1 ? `${row.user_id} +${row.users - 1}` : row.user_id),
  ),
  countColumn(
    { id: "traces", name: "Traces", width: 50, isUsual: true, sorts: "traces", fields: ["traces"] },
    (row) => row.traces,
  ),
  errorsColumn(4),
  tokensColumn(1, () => true),
  costColumn(2),
  wordsColumn(
    { id: "models", name: "Models", width: 132, rank: 6, fields: ["models"] },
    (row) => row.models,
  ),
  ageColumn(
    {
      id: "first_seen",
      name: "First",
      width: 44,
      rank: 5,
      sorts: "first_seen",
      fields: ["first_seen"],
    },
    (row) => row.first_seen,
  ),
  countColumn(
    { id: "spans", name: "Spans", width: 50, sorts: "spans", fields: ["spans"] },
    (row) => row.spans,
  ),
  countColumn(
    { id: "unpriced", name: "Unpriced calls", width: 92, fields: ["unpriced_count"] },
    (row) => row.unpriced_count,
  ),
  wordsColumn(
    { id: "service", name: "Service", width: 110, fields: ["services"] },
    (row) => row.services,
  ),
];
