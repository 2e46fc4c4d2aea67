import { useQuery } from "@tanstack/react-query";
import { type Deliveries, deliveriesQuery } from "../../api/deliveries";
import { parseTime } from "../../model/format";
import { describeRange } from "../../model/range";
import { Age } from "../../ui/Age";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { Waiting } from "../../ui/Waiting";
import { FirstTrace } from "../overview/FirstTrace";
import { useView, type View } from "../shell/useView";
import { Equation } from "./Equation";
import { FlowCharts } from "./FlowCharts";
import { Pipeline } from "./Pipeline";
import { Quarantine } from "./Quarantine";
import { Reasons } from "./Reasons";
import { SenderTable } from "./SenderTable";
import { Sides } from "./Sides";
import "./DeliveryPage.css";

/** What was received, what became of it, and who sends: the page to believe that nothing was lost. */
export function DeliveryPage() {
  const view = useView();
  const deliveries = useQuery(deliveriesQuery(view.project, view.range, view.isLive));
  const { data, error, dataUpdatedAt } = deliveries;
  if (data) {
    return (
      <>
        {error && (
          <p className="delivery-stale" role="alert">
            {error.message} These figures came{" "}
            <Age time={new Date(dataUpdatedAt).toISOString()} ago />.
          </p>
        )}
        <Found deliveries={data} askedMs={dataUpdatedAt} view={view} />
      </>
    );
  }
  if (!error) return <Waiting rows={14} />;
  return (
    <Notice title="The ledger could not be read" tone="error">
      <p>{error.message}</p>
      <Button variant="outlined" onClick={() => void deliveries.refetch()}>
        Try again
      </Button>
    </Notice>
  );
}

interface FoundProps {
  deliveries: Deliveries;
  askedMs: number;
  view: View;
}

function Found({ deliveries, askedMs, view }: FoundProps) {
  const { totals, senders, last_reasons } = deliveries;
  return (
    <div className="delivery">
      <div className="delivery-top">
        <Equation totals={totals} />
        <Sides dropped={totals.dropped} lagS={totals.lag_s} />
      </div>
      <Pipeline
        flow={{ ...deliveries, waiting: totals.waiting, lastRequestMs: newestOf(deliveries) }}
      />
      {totals.received === 0 ? (
        <NothingReceived view={view} />
      ) : (
        <FlowCharts deliveries={deliveries} askedMs={askedMs} view={view} />
      )}
      {senders.length > 0 && <SenderTable senders={senders} />}
      <Reasons reasons={last_reasons} />
      <Quarantine view={view} />
    </div>
  );
}

function NothingReceived({ view }: { view: View }) {
  if (view.range.kind === "all") return <FirstTrace project={view.project} />;
  return (
    <p className="delivery-quiet" role="status">
      Nothing was received in this range ({describeRange(view.range).toLowerCase()}).
      <Button variant="outlined" onClick={() => view.setRange({ kind: "all" })}>
        Show all time
      </Button>
    </p>
  );
}

function newestOf({ senders }: Deliveries): number | null {
  const times = senders.map(({ last }) => parseTime(last));
  return times.length > 0 ? Math.max(...times) : null;
}
