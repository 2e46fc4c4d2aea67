import { type ReactNode, useState } from "react";
import type { LogRow } from "../../api/logs";
import { logName } from "../../model/logFeed";
import { describeRange } from "../../model/range";
import { NOTHING_SELECTED } from "../../model/selection";
import { PeekPanel } from "../../ui/list/PeekPanel";
import { RowList } from "../../ui/list/RowList";
import { Notice } from "../../ui/Notice";
import { Waiting } from "../../ui/Waiting";
import { FailedList } from "../list/FailedList";
import { RowAddressContext } from "../list/RowLink";
import { TraceLink } from "../list/TraceLink";
import { useGo } from "../list/useGo";
import { useRowAddress } from "../list/useRowAddress";
import { LOG_COLUMNS } from "../logs/logColumns";
import { LogFacts } from "../logs/LogFacts";
import { useLogFeed } from "../logs/useLogFeed";
import type { View } from "../shell/useView";
import { Connection } from "./Connection";
import "../list/ListPage.css";
import "./LiveFeed.css";

interface LogFeedProps {
  view: View;
  /** What leads to the other feeds. */
  tabs: ReactNode;
}

/** Log records as they arrive, the newest on top. */
export function LogFeed({ view, tabs }: LogFeedProps) {
  const { project, filterText: filter, range } = view;
  const feed = useLogFeed({ project, filter, range, traceId: "", spanId: "" });
  const [peeked, setPeeked] = useState<string | null>(null);
  const rowAddress = useRowAddress(view);
  const shown = feed.rows.find(({ id }) => id === peeked);
  return (
    <div className="list-page">
      <div className="live-head">
        {tabs}
        <Connection isOn={view.isLive} onResume={() => view.setLive(true)} resetMs={null} />
      </div>
      <div className="list-parts">
        <RowAddressContext value={rowAddress}>
          <Records view={view} feed={feed} peeked={peeked} onPeek={setPeeked} />
        </RowAddressContext>
        {shown && <LogPeek project={project} row={shown} onClose={() => setPeeked(null)} />}
      </div>
    </div>
  );
}

interface RecordsProps {
  view: View;
  feed: ReturnType<typeof useLogFeed>;
  peeked: string | null;
  onPeek: (id: string | null) => void;
}

/** The rows, or why there are none. */
function Records({ view, feed, peeked, onPeek }: RecordsProps) {
  const { query, rows, added } = feed;
  const [selection, setSelection] = useState(NOTHING_SELECTED);
  const go = useGo();
  if (rows.length === 0) {
    return (
      <div className="list-state">
        {query.isPending ? (
          <Waiting rows={24} />
        ) : query.isError ? (
          <FailedList what="logs" error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <NoLogs view={view} />
        )}
      </div>
    );
  }
  return (
    <RowList
      label="Logs"
      noun="log record"
      rows={rows}
      idOf={idOf}
      nameOf={logName}
      columns={LOG_COLUMNS}
      chosen=""
      sort=""
      onSort={() => undefined}
      added={added}
      hasMore={query.hasNextPage}
      onMore={() => {
        if (!query.isFetching) void query.fetchNextPage();
      }}
      peeked={peeked}
      onPeek={onPeek}
      onOpen={({ id, trace_id, span_id }) =>
        trace_id === "" ? onPeek(id) : go.trace(trace_id, span_id)
      }
      selection={selection}
      onSelect={setSelection}
    />
  );
}

function idOf({ id }: LogRow): string {
  return id;
}

interface LogPeekProps {
  project: string;
  row: LogRow;
  onClose: () => void;
}

function LogPeek({ project, row, onClose }: LogPeekProps) {
  const link = row.trace_id !== "" && (
    <TraceLink traceId={row.trace_id} spanId={row.span_id}>
      Trace
    </TraceLink>
  );
  return (
    <PeekPanel label={logName(row).slice(0, 200)} link={link} onClose={onClose}>
      <LogFacts key={row.id} project={project} id={row.id} />
    </PeekPanel>
  );
}

function NoLogs({ view }: { view: View }) {
  return (
    <Notice title={view.filterText === "" ? "No logs yet" : "No log record passes this filter"}>
      <p>
        Range: {describeRange(view.range).toLowerCase()}. Any OpenTelemetry program sends its logs
        to
        <code> /v1/logs</code> of this address; those that are written within a span are shown on
        it, too.
      </p>
    </Notice>
  );
}
