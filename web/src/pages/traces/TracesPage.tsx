import type { RowOf } from "../../api/rows";
import { nameOr } from "../../model/format";
import { CopyButton } from "../../ui/CopyButton";
import { Icon } from "../../ui/Icon";
import { InOut } from "../list/InOut";
import type { ListKind } from "../list/listKind";
import { ListPage } from "../list/ListPage";
import { SessionLink } from "../list/SessionLink";
import { TraceLink } from "../list/TraceLink";
import { TRACE_COLUMNS } from "./traceColumns";
import { TracePeek } from "./TracePeek";

const FACETS = ["status", "service", "model", "feature", "user", "tag", "env", "release", "error"];

const TRACES: ListKind<"traces"> = {
  noun: "traces",
  title: "Traces",
  one: "trace",
  of: "traces",
  newestFirst: "-start",
  columns: TRACE_COLUMNS,
  facets: FACETS,
  idOf: (row) => row.trace_id,
  nameOf: (row) => nameOr(row.name, row.trace_id),
  open: (row, go) => go.trace(row.trace_id),
  actions: (row) => <Actions row={row} />,
  compare: (first, second, go) => go.compare(first, second),
  preview: (row) => <InOut input={row.input_preview} output={row.output_preview} />,
  Peek: TracePeek,
};

/** The list of traces. */
export function TracesPage() {
  return <ListPage kind={TRACES} />;
}

function Actions({ row }: { row: RowOf["traces"] }) {
  return (
    <>
      {row.session_id !== "" && (
        <SessionLink sessionId={row.session_id} label="Open its session">
          <Icon name="sessions" />
        </SessionLink>
      )}
      <CopyButton text={row.trace_id} what="trace id" />
      <TraceLink traceId={row.trace_id} label="Open the trace (Enter)">
        <Icon name="open" />
      </TraceLink>
    </>
  );
}
