import { useNavigate, useSearch } from "@tanstack/react-router";
import { ApiError } from "../../api/client";
import type { TraceSort } from "../../api/traces";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { Waiting } from "../../ui/Waiting";
import { useView } from "../shell/useView";
import { NoTraces } from "./NoTraces";
import { TraceTable } from "./TraceTable";
import { useTraceList } from "./useTraceList";

const SORTS: readonly TraceSort[] = [
  "-start",
  "start",
  "-duration",
  "duration",
  "-cost",
  "cost",
  "-tokens",
  "tokens",
];

/** The list of traces. */
export function TracesPage() {
  const view = useView();
  const search = useSearch({ from: "/p/$project/traces" });
  const navigate = useNavigate({ from: "/p/$project/traces" });
  const sort = SORTS.find((name) => name === search.sort) ?? "-start";
  const { project, range } = view;
  const question = { project, range, filter: view.filterText, sort };
  const { query, rows, added } = useTraceList(question);

  if (query.isPending) return <Waiting rows={24} />;
  if (query.isError && rows.length === 0) {
    const { error } = query;
    return (
      <Notice title="The traces could not be listed" tone="error">
        <p>{error.message}</p>
        {error instanceof ApiError && error.requestId !== "" && (
          <p className="mono">{error.requestId}</p>
        )}
        <Button variant="outlined" onClick={() => void query.refetch()}>
          Try again
        </Button>
      </Notice>
    );
  }
  if (rows.length === 0) return <NoTraces view={view} />;
  return (
    <TraceTable
      key={`${project} ${view.filterText} ${sort}`}
      project={project}
      rows={rows}
      added={added}
      sort={sort}
      onSort={(next) =>
        void navigate({ search: (before) => ({ ...before, sort: next === "-start" ? "" : next }) })
      }
      hasMore={query.hasNextPage}
      onMore={() => {
        if (!query.isFetching) void query.fetchNextPage();
      }}
    />
  );
}
