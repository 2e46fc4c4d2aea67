import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type CostReport, costQuery } from "../../api/cost";
import { newestTraceQuery } from "../../api/traces";
import { type CostBy, costGroup } from "../../model/costGroups";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { Waiting } from "../../ui/Waiting";
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

/** What the time range cost, and on what. */
export function CostPage() {
  const view = useView();
  const navigate = useNavigate();
  const { by: asked } = useSearch({ from: "/p/$project/cost" });
  const { by } = costGroup(asked);
  const cost = useQuery(costQuery(view.project, view.range, view.filterText, by));
  const newest = useQuery(newestTraceQuery(view.project));
  const choose = (next: CostBy) =>
    void navigate({ to: ".", search: (search) => ({ ...search, by: next }), replace: true });

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
      <BySwitch by={by} onChange={choose} />
      <Told report={cost.data} view={view} />
      <OriginLine origin={cost.data.origin} isEstimated={cost.data.estimated} />
    </div>
  );
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
