import type { UserRow } from "../../api/rows";
import { termFor } from "../../model/terms";
import type { Column } from "../../ui/list/column";
import { costColumn, countColumn, errorsColumn, tokensColumn } from "../list/columnsOf";
import {
  firstSeenColumn,
  lastSeenColumn,
  modelsColumn,
  servicesColumn,
  tracesColumn,
  unpricedColumn,
} from "../list/groupColumns";
import { NameCell } from "../list/NameCell";
import { RowLink } from "../list/RowLink";

/** The columns of a list of users, in their usual order. */
export const USER_COLUMNS: readonly Column<UserRow>[] = [
  lastSeenColumn(),
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
  tracesColumn(62),
  errorsColumn(3),
  tokensColumn(1, () => true),
  costColumn(2),
  modelsColumn(150, 5),
  servicesColumn(130, 6),
  firstSeenColumn(4),
  unpricedColumn(),
];
