import { type ReactNode, useMemo, useState } from "react";
import type { RowOf } from "../../api/rows";
import { type Entry, RATE_SECONDS, ratesUntil } from "../../model/feed";
import { formatExact, nameOr } from "../../model/format";
import { barsOf } from "../../model/histogram";
import { NOTHING_SELECTED } from "../../model/selection";
import { HistogramStrip } from "../../ui/list/HistogramStrip";
import { RowList } from "../../ui/list/RowList";
import { Notice } from "../../ui/Notice";
import { useNow } from "../../ui/useNow";
import { InOut } from "../list/InOut";
import { RowAddressContext } from "../list/RowLink";
import { useGo } from "../list/useGo";
import { useRowAddress } from "../list/useRowAddress";
import type { View } from "../shell/useView";
import { TracePeek } from "../traces/TracePeek";
import { Connection } from "./Connection";
import { LIVE_COLUMNS } from "./liveColumns";
import { useLiveFeed } from "./useLiveFeed";
import "../list/ListPage.css";
import "./LiveFeed.css";

type LiveEntry = Entry<RowOf["traces"]>;

interface LiveFeedProps {
  view: View;
  /** What leads to the other feeds. */
  tabs: ReactNode;
}

/** The feed: connection, rate by the second, and what happened, the newest on top. */
export function LiveFeed({ view, tabs }: LiveFeedProps) {
  const { entries, added, passed, rates, resetMs } = useLiveFeed(view.project, view.filterText);
  const [peeked, setPeeked] = useState<string | null>(null);
  const [selection, setSelection] = useState(NOTHING_SELECTED);
  const go = useGo();
  const rowAddress = useRowAddress(view);
  const shown = entries.find(({ key }) => key === peeked);
  return (
    <div className="list-page">
      <div className="live-head">
        {tabs}
        <Connection isOn={view.isLive} onResume={() => view.setLive(true)} resetMs={resetMs} />
        {passed > 0 && (
          <p className="number">{formatExact(passed)} changes came too fast to be listed.</p>
        )}
      </div>
      <Rate
        rates={rates}
        onZoom={(fromMs, toMs) =>
          go.list("traces", view.filterText, { kind: "between", fromMs, toMs })
        }
      />
      <div className="list-parts">
        {entries.length === 0 ? (
          <Nothing view={view} />
        ) : (
          <RowAddressContext value={rowAddress}>
            <RowList
              label="Live"
              noun="change"
              rows={entries}
              idOf={keyOf}
              nameOf={({ row }) => nameOr(row.name, row.trace_id)}
              columns={LIVE_COLUMNS}
              chosen=""
              sort=""
              onSort={() => undefined}
              added={added}
              hasMore={false}
              onMore={() => undefined}
              peeked={peeked}
              onPeek={setPeeked}
              onOpen={({ traceId }) => go.trace(traceId)}
              selection={selection}
              onSelect={setSelection}
              preview={({ row }) => <InOut input={row.input_preview} output={row.output_preview} />}
            />
          </RowAddressContext>
        )}
        {shown && (
          <TracePeek
            key={shown.key}
            project={view.project}
            id={shown.traceId}
            row={shown.row}
            onClose={() => setPeeked(null)}
          />
        )}
      </div>
    </div>
  );
}

function keyOf({ key }: LiveEntry): string {
  return key;
}

interface RateProps {
  rates: ReturnType<typeof useLiveFeed>["rates"];
  onZoom: (fromMs: number, toMs: number) => void;
}

/** Changes by the second over the last two minutes. */
function Rate({ rates, onZoom }: RateProps) {
  const second = Math.floor(useNow() / 1000);
  const bars = useMemo(() => {
    const counts = ratesUntil(rates, second * 1000);
    const first = second - RATE_SECONDS + 1;
    return barsOf(
      counts.map((count, at) => ({
        start: new Date((first + at) * 1000).toISOString(),
        count,
        errors: 0,
      })),
    );
  }, [rates, second]);
  return <HistogramStrip noun="changes" bars={bars} stepMs={1000} onZoom={onZoom} />;
}

function Nothing({ view }: { view: View }) {
  return (
    <div className="list-state">
      <Notice title={view.isLive ? "Nothing has happened yet" : "The feed is paused"}>
        <p>
          Traces of any process that sends to {view.project} appear here as they begin, change and
          finish
          {view.filterText !== "" && (
            <>
              {" "}
              and pass <code>{view.filterText}</code>
            </>
          )}
          .
        </p>
      </Notice>
    </div>
  );
}
