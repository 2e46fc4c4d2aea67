import { useQuery } from "@tanstack/react-query";
import { newestTraceQuery } from "../../api/traces";
import { describeRange } from "../../model/range";
import { Age } from "../../ui/Age";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { FirstTrace } from "../overview/FirstTrace";
import type { View } from "../shell/useView";

/** Why the list is empty: nothing was ever sent, the range is too short, or the filter hides it all. */
export function NoTraces({ view }: { view: View }) {
  const newest = useQuery(newestTraceQuery(view.project));
  if (newest.isPending) return null;
  if (!newest.data) return <FirstTrace project={view.project} />;
  const isFiltered = view.filterText !== "";
  return (
    <Notice title={isFiltered ? "No trace passes this filter" : "No traces in this time range"}>
      <p>
        {isFiltered && (
          <>
            Filter: <code>{view.filterText}</code>.{" "}
          </>
        )}
        Range: {describeRange(view.range).toLowerCase()}. The newest trace of {view.project} came{" "}
        <Age time={newest.data.start} ago />.
      </p>
      {isFiltered && (
        <Button variant="outlined" onClick={() => view.showTraces("")}>
          Clear the filter
        </Button>
      )}
      {view.range.kind !== "all" && (
        <Button variant="outlined" onClick={() => view.setRange({ kind: "all" })}>
          Show all time
        </Button>
      )}
    </Notice>
  );
}
