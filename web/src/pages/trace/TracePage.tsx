import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useMemo } from "react";
import { ApiError } from "../../api/client";
import { traceQuery } from "../../api/traces";
import { formatExact } from "../../model/format";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { Waiting } from "../../ui/Waiting";
import { useLiveLogs, useLiveTraces } from "../shell/liveContext";
import { TraceHeader } from "./TraceHeader";
import { modelOf } from "./traceModel";
import { TraceView } from "./TraceView";
import "./TracePage.css";

/** One trace: what it did, where its time went, and any span of it in full. */
export function TracePage() {
  const { project, traceId } = useParams({ from: "/p/$project/traces/$traceId" });
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery(traceQuery(project, traceId));
  const trace = useMemo(
    () => (data ? modelOf({ project, traceId, hasTexts: true }, data.spans) : null),
    [data, project, traceId],
  );

  useLiveTraces((ids) => {
    if (ids !== null && !ids.has(traceId)) return;
    void queries.invalidateQueries({ queryKey: ["trace", project, traceId] });
    void queries.invalidateQueries({ queryKey: ["span", project, traceId] });
    void queries.invalidateQueries({ queryKey: ["content", project, traceId] });
  });

  useLiveLogs((ids) => {
    if (ids !== null && !ids.has(traceId)) return;
    void queries.invalidateQueries({ queryKey: ["log counts", project, traceId] });
    void queries.invalidateQueries({
      predicate: ({ queryKey }) => queryKey[0] === "logs" && queryKey[4] === traceId,
    });
  });

  if (data && trace) {
    return (
      <div className="trace-page">
        <TraceHeader row={data.trace} trace={trace} />
        {data.spans.length < data.trace.span_count && (
          <p className="trace-cut" role="status">
            Only the first {formatExact(data.spans.length)} of {formatExact(data.trace.span_count)}{" "}
            spans are shown.
          </p>
        )}
        {data.cold && (
          <p className="trace-cold">
            The spans of this trace come from cold storage: filters and lists of spans may not find
            them.
          </p>
        )}
        <TraceView key={traceId} trace={trace} />
      </div>
    );
  }
  if (!error) return <Waiting rows={16} />;
  const isMissing = error instanceof ApiError && error.status === 404;
  return (
    <Notice
      title={isMissing ? "There is no such trace" : "The trace could not be read"}
      tone="error"
    >
      <p>{error.message}</p>
      {isMissing && <p>It may belong to another project, or have not arrived yet.</p>}
      <Button variant="outlined" onClick={() => void refetch()}>
        Try again
      </Button>
    </Notice>
  );
}
