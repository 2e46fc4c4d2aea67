import type { FailureRow } from "../../api/rows";
import { nameOr } from "../../model/format";
import { termFor } from "../../model/terms";
import { Icon } from "../../ui/Icon";
import { ListLink } from "../list/ListLink";
import type { ListKind } from "../list/listKind";
import { ListPage } from "../list/ListPage";
import { TraceLink } from "../list/TraceLink";
import { useListAddress } from "../list/useListAddress";
import { CATEGORIES } from "./categories";
import { CategoryTabs } from "./CategoryTabs";
import { FAILURE_COLUMNS } from "./failureColumns";
import { FailurePeek } from "./FailurePeek";
import "./FailuresPage.css";

const FAILURES: ListKind<"failures"> = {
  noun: "failures",
  title: "Failures",
  one: "failure",
  of: "spans",
  newestFirst: "-last_seen",
  columns: FAILURE_COLUMNS,
  facets: ["error", "class", "kind", "name", "service", "version", "model", "tool", "env"],
  idOf: (row) => row.fingerprint,
  nameOf: (row) => `${nameOr(row.name, row.fingerprint)} ${row.error_type}`,
  open: (row, go) => go.list("spans", termFor("fingerprint", row.fingerprint)),
  actions: (row) => <Actions row={row} />,
  Peek: FailurePeek,
};

/** What went wrong, in groups of the same kind. */
export function FailuresPage() {
  const address = useListAddress();
  const { id: category, filter } =
    CATEGORIES.find(({ id }) => id === address.category) ?? CATEGORIES[0];
  return (
    <ListPage
      key={category}
      kind={FAILURES}
      more={MORE[category]}
      counted={filter}
      above={
        <CategoryTabs
          category={category}
          onChoose={(id) => address.set({ category: id === "failed" ? "" : id, peek: "" })}
        />
      }
    />
  );
}

/** Made once, so that the question of the list stays the same. */
const MORE = {
  failed: { category: "failed" },
  cancelled: { category: "cancelled" },
  retried: { category: "retried" },
  slow: { category: "slow" },
  timed_out: { category: "timed_out" },
};

function Actions({ row }: { row: FailureRow }) {
  return (
    <>
      <TraceLink
        traceId={row.example.trace_id}
        spanId={row.example.span_id}
        label="Open an example"
      >
        <Icon name="open" />
      </TraceLink>
      <ListLink
        noun="spans"
        filter={termFor("fingerprint", row.fingerprint)}
        label="List its spans (Enter)"
      >
        <Icon name="spans" />
      </ListLink>
    </>
  );
}
