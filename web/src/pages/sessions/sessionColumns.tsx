import type { SessionRow } from "../../api/rows";
import type { Column } from "../../ui/list/column";
import { costColumn, countColumn, errorsColumn, tokensColumn, wordColumn } from "../list/columnsOf";
import {
  firstSeenColumn,
  lastSeenColumn,
  modelsColumn,
  servicesColumn,
  tracesColumn,
  unpricedColumn,
} from "../list/groupColumns";
import { NameCell } from "../list/NameCell";
import { PreviewCell } from "../list/PreviewCell";
import { RowLink } from "../list/RowLink";

/** The columns of a list of sessions, in their usual order. */
export const SESSION_COLUMNS: readonly Column<SessionRow>[] = [
  lastSeenColumn(),
  {
    id: "session",
    name: "Session",
    width: 126,
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
  tracesColumn(50),
  errorsColumn(4),
  tokensColumn(1, () => true),
  costColumn(2),
  modelsColumn(132, 6),
  firstSeenColumn(5),
  countColumn(
    { id: "spans", name: "Spans", width: 50, sorts: "spans", fields: ["spans"] },
    (row) => row.spans,
  ),
  unpricedColumn(),
  servicesColumn(110),
];
