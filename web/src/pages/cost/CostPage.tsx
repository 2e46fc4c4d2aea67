import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { type CostReport, costQuery } from "../../api/cost";
import { newestTraceQuery } from "../../api/traces";
import { type CostBy, costGroup } from "../../model/costGroups";
import type { Panel } from "../../model/dashboard";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { Waiting } from "../../ui/Waiting";
import { AddToDashboard } from "../dashboards/AddToDashboard";
import { FirstTrace } from "../overview/FirstTrace";
import { OriginLine } from "../overview/OriginLine";
import { QuietWindow } from "../overview/QuietWindow";
import { useView, type View } from "../shell/useView";
import { BySwitch } from "./BySwitch";
import { CostChart } from "./CostChart";
import { CostTable } from "./CostTable";
import { CostTiles } from "./CostTiles";
import { Unpriced } from "./Unpriced";
import "./CostPage.css";

const WhatIfCalls = lazy(() =>
  import("./WhatIfCalls").then((module) => ({ default: module.WhatIfCalls })),
);

/** What the time range cost, and on what. */
export function CostPage() {
  const view = useView();
  const navigate = useNavigate();
  const { by: asked, model = "" } = useSearch({ from: "/p/$project/cost" });
  const [isAsking, setAsking] = useState(model !== "");
  const { by } = costGroup(asked);
  const cost = useQuery(costQuery(view.project, view.range, view.filterText, by));
  const newest = useQuery(newestTraceQuery(view.project));
  const set = (next: { by?: CostBy; model?: string }) =>
    void navigate({ to: ".", search: (search) => ({ ...search, ...next }), replace: true });
  const ask = () => {
    if (isAsking) set({ model: "" });
    setAsking(!isAsking);
  };

  if (cost.isError) {
    return (
      <Notice title="The cost could not be computed" tone="error">
        <p>{cost.error.message}</p>
        <Button variant="outlined" onClick={() => void cost.refetch()}>
          Try again
        </Button>
      </Notice>
    );
  }
  if (!cost.data || newest.isPending) return <Waiting rows={12} />;
  if (newest.data === null) return <FirstTrace project={view.project} />;
  return (
    <div className="cost">
      <CostTiles report={cost.data} view={view} />
      {cost.data.units.traces === 0 && newest.data && (
        <QuietWindow newest={newest.data} view={view} />
      )}
      <div className="cost-tools">
        <BySwitch by={by} onChange={(next) => set({ by: next })} />
        <div className="cost-acts">
          <AddToDashboard project={view.project} panel={panelOf(by, view.filterText)} />
          <Button variant="outlined" aria-expanded={isAsking} onClick={ask}>
            What if…
          </Button>
        </div>
      </div>
      {isAsking && (
        <Suspense fallback={<Waiting rows={2} />}>
          <WhatIfCalls view={view} model={model} onModel={(next) => set({ model: next })} />
        </Suspense>
      )}
      <Told report={cost.data} view={view} />
      <OriginLine origin={cost.data.origin} isEstimated={cost.data.estimated} />
    </div>
  );
}

/** The chart of the page as a panel; its own filter goes with it. */
function panelOf(by: CostBy, filter: string): Panel {
  const source = { of: "spans", filter, measure: "cost", split: by, top: 8 } as const;
  return { title: `Cost by ${by}`, kind: "bar", width: "half", source };
}

/** In words of the answer's own dimension: while another is on its way, the last one stands. */
function Told({ report, view }: { report: CostReport; view: View }) {
  return (
    <>
      <CostChart report={report} view={view} />
      <Unpriced report={report} project={view.project} />
      <CostTable report={report} view={view} />
    </>
  );
}
