import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { overviewQuery } from "../../api/overview";
import { newestTraceQuery } from "../../api/traces";
import { parseTime } from "../../model/format";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { Waiting } from "../../ui/Waiting";
import { useLiveTraces } from "../shell/liveContext";
import { useView } from "../shell/useView";
import { Charts } from "./Charts";
import { FigureTable } from "./FigureTable";
import { FirstTrace } from "./FirstTrace";
import { ModelTable } from "./ModelTable";
import { OriginLine } from "./OriginLine";
import { QuietWindow } from "./QuietWindow";
import { Rates } from "./Rates";
import { Spread } from "./Spread";
import { Tiles } from "./Tiles";
import "./OverviewPage.css";

/** A busy project changes all the time; its charts are renewed at most this often. */
const RENEW_MS = 5000;

/** A project in numbers over the time range. */
export function OverviewPage() {
  const view = useView();
  const queries = useQueryClient();
  const overview = useQuery(overviewQuery(view.project, view.range, view.filterText));
  const newest = useQuery(newestTraceQuery(view.project));
  const renewed = useRef(0);

  useLiveTraces((ids) => {
    if (view.range.kind === "between") return;
    if (ids !== null && Date.now() - renewed.current < RENEW_MS) return;
    renewed.current = Date.now();
    void queries.invalidateQueries({ queryKey: ["overview", view.project] });
    if (!newest.data) void queries.invalidateQueries({ queryKey: ["newest trace", view.project] });
  });

  if (overview.isError) {
    return (
      <Notice title="The overview could not be computed" tone="error">
        <p>{overview.error.message}</p>
        <Button variant="outlined" onClick={() => void overview.refetch()}>
          Try again
        </Button>
      </Notice>
    );
  }
  if (!overview.data || newest.isPending) return <Waiting rows={12} />;
  if (newest.data === null) return <FirstTrace project={view.project} />;
  const { totals, previous, models, origin, start, end } = overview.data;
  const windowMs = parseTime(end) - parseTime(start);
  return (
    <div className="overview">
      <Tiles totals={totals} previous={previous} windowMs={windowMs} view={view} />
      {totals.traces === 0 && newest.data && <QuietWindow newest={newest.data} view={view} />}
      <Rates totals={totals} previous={previous} view={view} />
      <section className="charts" aria-label="Charts">
        <Charts overview={overview.data} view={view} />
        <Spread overview={overview.data} view={view} />
      </section>
      {models.length > 0 && <ModelTable models={models} view={view} />}
      <FigureTable overview={overview.data} view={view} />
      <OriginLine origin={origin} isEstimated={totals.estimated} />
    </div>
  );
}
