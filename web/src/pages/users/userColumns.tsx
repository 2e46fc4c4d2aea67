import type { UserRow } from "../../api/rows";
import { termFor } from "../../model/terms";
import type { Column } from "../../ui/list/column";
import {
  ageColumn,
  costColumn,
  countColumn,
  errorsColumn,
  tokensColumn,
  wordsColumn,
} from "../list/columnsOf";
import { NameCell } from "../list/NameCell";
import { RowLink } from "../list/RowLink";

/** The columns of a list of users, in their usual order. */
export const USER_COLUMNS: readonly Column<UserRow>[] = [
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
    id: "user",
    name: "User",
    width: 140,
    grow: 1,
    phone: "title",
    fields: ["user_id"],
    cell: (row) => (
      <NameCell title={row.user_id}>
        <RowLink path="/sessions" filter={termFor("user", row.user_id)}>
          {row.user_id}
        </RowLink>
      </NameCell>
    ),
  },
  countColumn(
    {
      id: "sessions",
      name: "Sessions",
      width: 62,
      isUsual: true,
      sorts: "sessions",
      fields: ["sessions"],
    },
    (row) => row.sessions,
  ),
  countColumn(
    { id: "traces", name: "Traces", width: 62, isUsual: true, sorts: "traces", fields: ["traces"] },
    (row) => row.traces,
  ),
  errorsColumn(3),
  tokensColumn(1, () => true),
  costColumn(2),
  wordsColumn(
    { id: "models", name: "Models", width: 150, rank: 5, fields: ["models"] },
    (row) => row.models,
  ),
  wordsColumn(
    { id: "service", name: "Service", width: 130, rank: 6, fields: ["services"] },
    (row) => row.services,
  ),
  ageColumn(
    {
      id: "first_seen",
      name: "First",
      width: 44,
      rank: 4,
      sorts: "first_seen",
      fields: ["first_seen"],
    },
    (row) => row.first_seen,
  ),
  countColumn(
    { id: "unpriced", name: "Unpriced calls", width: 92, fields: ["unpriced_count"] },
    (row) => row.unpriced_count,
  ),
];
