import type { SpanRow } from "../../api/rows";
import { nameOr } from "../../model/format";
import { CopyButton } from "../../ui/CopyButton";
import { Icon } from "../../ui/Icon";
import { InOut } from "../list/InOut";
import type { ListKind } from "../list/listKind";
import { ListPage } from "../list/ListPage";
import { TraceLink } from "../list/TraceLink";
import { SPAN_COLUMNS } from "./spanColumns";
import { spanKey } from "./spanKey";
import { SpanPeek } from "./SpanPeek";

const FACETS = [
  "kind",
  "status",
  "name",
  "model",
  "tool",
  "service",
  "error",
  "class",
  "finish",
  "env",
];

const SPANS: ListKind<"spans"> = {
  noun: "spans",
  title: "Spans",
  one: "span",
  of: "spans",
  newestFirst: "-start",
  columns: SPAN_COLUMNS,
  facets: FACETS,
  idOf: spanKey,
  nameOf: (row) => nameOr(row.name, row.span_id),
  open: (row, go) => go.trace(row.trace_id, row.span_id),
  actions: (row) => <Actions row={row} />,
  preview: (row) => <InOut input={row.input_preview} output={row.output_preview} />,
  Peek: SpanPeek,
};

/** The list of spans. */
export function SpansPage() {
  return <ListPage kind={SPANS} />;
}

function Actions({ row }: { row: SpanRow }) {
  return (
    <>
      <CopyButton text={row.span_id} what="span id" />
      <TraceLink traceId={row.trace_id} spanId={row.span_id} label="Open in its trace (Enter)">
        <Icon name="open" />
      </TraceLink>
    </>
  );
}
