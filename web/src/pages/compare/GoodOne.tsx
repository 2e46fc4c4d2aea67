import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useEffect, useEffectEvent } from "react";
import { goodOneQuery, LOOKED_BACK_DAYS } from "../../api/compare";
import { Notice } from "../../ui/Notice";
import { Waiting } from "../../ui/Waiting";
import { CompareChooser } from "./CompareChooser";
import type { CompareAddress } from "./useCompareAddress";

/** Looks for the newest trace of the same name that ended well, and leads there. */
export function GoodOne({ address }: { address: CompareAddress }) {
  const { project } = useParams({ from: "/p/$project" });
  const { data, error } = useQuery(goodOneQuery(project, address.first));
  const lead = useEffectEvent((id: string) => address.choose({ kind: "trace", id }, true));
  const found = data?.id ?? null;
  useEffect(() => {
    if (found !== null) lead(found);
  }, [found]);
  if (error) {
    return (
      <div className="compare-state">
        <Notice title="No trace could be looked for" tone="error">
          <p>{error.message}</p>
        </Notice>
        <CompareChooser address={address} />
      </div>
    );
  }
  if (data?.id !== null) return <Waiting rows={16} />;
  return (
    <div className="compare-state">
      <Notice title="There is no good one">
        <p>
          No other trace called {data.name} ended well in the last {LOOKED_BACK_DAYS} days.
        </p>
      </Notice>
      <CompareChooser address={address} />
    </div>
  );
}
