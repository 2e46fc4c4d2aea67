import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useMemo } from "react";
import { ApiError } from "../../api/client";
import { traceQuery } from "../../api/traces";
import { criticalPath } from "../../model/criticalPath";
import { formatExact } from "../../model/format";
import { buildTree } from "../../model/tree";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { Waiting } from "../../ui/Waiting";
import { useLiveTraces } from "../shell/liveContext";
import { TraceHeader } from "./TraceHeader";
import { TraceView } from "./TraceView";
import "./TracePage.css";

/** One trace: what it did, where its time went, and any span of it in full. */
export function TracePage() {
  const { project, traceId } = useParams({ from: "/p/$project/traces/$traceId" });
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery(traceQuery(project, traceId));
  const tree = useMemo(() => (data ? buildTree(data.spans) : null), [data]);
  const path = useMemo(() => (tree ? criticalPath(tree) : null), [tree]);

  useLiveTraces((ids) => {
    if (ids !== null && !ids.has(traceId)) return;
    void queries.invalidateQueries({ queryKey: ["trace", project, traceId] });
    void queries.invalidateQueries({ queryKey: ["span", project, traceId] });
  });

  if (data && tree && path) {
    return (
      <div className="trace-page">
        <TraceHeader trace={data.trace} tree={tree} path={path} />
        {data.spans.length < data.trace.span_count && (
          <p className="trace-cut" role="status">
            Only the first {formatExact(data.spans.length)} of {formatExact(data.trace.span_count)}{" "}
            spans are shown.
          </p>
        )}
        <TraceView key={traceId} project={project} traceId={traceId} tree={tree} path={path} />
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
