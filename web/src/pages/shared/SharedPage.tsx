import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { ApiError } from "../../api/client";
import { type Shared, sharedQuery } from "../../api/shares";
import { traceQuery } from "../../api/traces";
import { formatAbsolute, formatDay, parseTime } from "../../model/format";
import { Notice } from "../../ui/Notice";
import { useTheme } from "../../ui/useTheme";
import { Waiting } from "../../ui/Waiting";
import { modelOf } from "../trace/traceModel";
import { SharedHeader } from "./SharedHeader";
import { SharedLenses } from "./SharedLenses";
import "./SharedPage.css";

/** What a link shows: one trace, to read and nothing else. */
export function SharedPage() {
  useTheme();
  const { data: shared, error } = useQuery(sharedQuery);
  return (
    <div className="shared-page">
      {shared && (
        <p className="shared-note">
          <b>Shared trace</b> Read only, until{" "}
          <time title={formatAbsolute(parseTime(shared.expires))}>
            {formatDay(parseTime(shared.expires))}
          </time>
          {!shared.has_texts && ", without what was said"}
        </p>
      )}
      {shared ? (
        <SharedTrace shared={shared} />
      ) : error ? (
        <Ended error={error} />
      ) : (
        <Waiting rows={16} />
      )}
    </div>
  );
}

function SharedTrace({ shared }: { shared: Shared }) {
  // A link names no project: it has one.
  const { data, error } = useQuery(traceQuery("", shared.trace_id));
  const trace = useMemo(
    () =>
      data
        ? modelOf({ project: "", traceId: shared.trace_id, hasTexts: shared.has_texts }, data.spans)
        : null,
    [data, shared],
  );
  if (error) return <Ended error={error} />;
  if (!data || !trace) return <Waiting rows={16} />;
  return (
    <>
      <SharedHeader row={data.trace} trace={trace} />
      <SharedLenses trace={trace} />
    </>
  );
}

function Ended({ error }: { error: Error }) {
  return (
    <Notice title="This link opens nothing" tone="error">
      <p>
        {error instanceof ApiError && error.status === 401
          ? "It has ended, or was revoked. Whoever gave it to you can make another."
          : error.message}
      </p>
    </Notice>
  );
}
