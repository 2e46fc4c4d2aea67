import type { FailureRow } from "../../api/rows";
import { nameOr } from "../../model/format";
import { termFor } from "../../model/terms";
import { KindGlyph } from "../../ui/KindGlyph";
import type { Column } from "../../ui/list/column";
import { Sparkline } from "../../ui/list/Sparkline";
import { countColumn, wordColumn, wordsColumn } from "../list/columnsOf";
import {
  firstSeenColumn,
  lastSeenColumn,
  servicesColumn,
  tracesColumn,
} from "../list/groupColumns";
import { NameCell } from "../list/NameCell";
import { RowLink } from "../list/RowLink";

/** The columns of a list of failures, in their usual order. */
export const FAILURE_COLUMNS: readonly Column<FailureRow>[] = [
  lastSeenColumn(),
  {
    id: "name",
    name: "Where",
    width: 110,
    grow: 0.3,
    phone: "title",
    fields: ["name", "kind", "fingerprint", "category"],
    cell: (row) => (
      <NameCell mark={<KindGlyph kind={row.kind} />} title={row.name}>
        <RowLink path="/spans" filter={termFor("fingerprint", row.fingerprint)}>
          {nameOr(row.name, row.fingerprint)}
        </RowLink>
      </NameCell>
    ),
  },
  {
    id: "message",
    name: "What",
    width: 220,
    grow: 1,
    phone: "note",
    fields: ["error_type", "error_class", "message"],
    cell: (row) => (
      <span className="failure-message" title={`${row.error_type} ${row.message}`}>
        {row.error_type !== "" && (
          <b className="failure-type">{row.error_type.split(".").at(-1)}</b>
        )}
        <bdi>{row.message}</bdi>
      </span>
    ),
  },
  {
    id: "sparkline",
    name: "When",
    width: 72,
    rank: 4,
    hint: "Over the time range",
    fields: ["sparkline"],
    cell: (row) => <Sparkline counts={row.sparkline} />,
  },
  {
    ...countColumn<FailureRow>(
      { id: "count", name: "Count", width: 56, isUsual: true, sorts: "count", fields: ["count"] },
      (row) => row.count,
    ),
    phone: "figure",
  },
  tracesColumn(50, 5),
  countColumn(
    { id: "users", name: "Users", width: 46, rank: 3, sorts: "users", fields: ["users"] },
    (row) => row.users,
  ),
  wordsColumn(
    { id: "versions", name: "Versions", width: 84, rank: 6, fields: ["versions"] },
    (row) => row.versions,
  ),
  servicesColumn(104, 7),
  firstSeenColumn(2),
  wordColumn(
    { id: "class", name: "Class", width: 90, fields: ["error_class"] },
    (row) => row.error_class,
  ),
];
