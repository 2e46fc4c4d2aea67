import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { type ReactNode, useEffect, useEffectEvent, useRef } from "react";
import { ApiError } from "../../api/client";
import { dashboardQuery, shippedQuery } from "../../api/dashboards";
import type { DashboardDocument } from "../../model/dashboard";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { Waiting } from "../../ui/Waiting";
import { useLiveTraces } from "../shell/liveContext";
import { useView, type View } from "../shell/useView";
import { DashboardEditor } from "./DashboardEditor";
import { DashboardView } from "./DashboardView";

/** A busy project changes all the time; panels are renewed at most this often. */
const RENEW_MS = 15_000;

/** One dashboard: one of the project's, or one that comes with the server. */
export function DashboardPage() {
  const view = useView();
  const { dashboardId: id } = useParams({ from: "/p/$project/dashboards/$dashboardId" });
  const { edit } = useSearch({ from: "/p/$project/dashboards/$dashboardId" });
  const { document, saved, error, again } = useDashboard(view.project, id);
  useRenewal(view);

  if (error) return <Missing error={error} onAgain={again} />;
  if (!document) return <Waiting rows={12} />;
  return (
    <Opened key={id} document={document}>
      {saved && edit === "on" ? (
        <DashboardEditor dashboard={saved} view={view} />
      ) : (
        <DashboardView document={document} saved={saved} view={view} />
      )}
    </Opened>
  );
}

/** The document of an id; `saved` is the project's own, which can be changed. */
function useDashboard(project: string, id: string) {
  const shipped = useQuery(shippedQuery(project));
  const ours = shipped.data?.find((one) => one.id === id);
  const isOwn = shipped.isSuccess && !ours;
  const asked = useQuery({ ...dashboardQuery(project, id), enabled: isOwn });
  const saved = asked.data ?? null;
  return {
    document: ours?.document ?? saved?.document,
    saved,
    error: shipped.error ?? asked.error,
    again: () => void (shipped.isError ? shipped.refetch() : asked.refetch()),
  };
}

interface OpenedProps {
  document: DashboardDocument;
  children: ReactNode;
}

/** Shows a dashboard in its own window and filter, where the address says no other. */
function Opened({ document, children }: OpenedProps) {
  const { range, filter } = useSearch({ from: "/p/$project" });
  const navigate = useNavigate();
  const isSet = range !== undefined && range !== "";
  const open = useEffectEvent(() => {
    if (isSet) return;
    const own = { range: document.range, filter: filter ?? document.filter };
    void navigate({ to: ".", search: (search) => ({ ...search, ...own }), replace: true });
  });
  useEffect(() => open(), []);
  // For a moment, so that nothing is asked in another window.
  return isSet ? children : <Waiting rows={12} />;
}

/** Asks anew what is measured when traces have come. */
function useRenewal({ project, range }: View) {
  const queries = useQueryClient();
  const renewed = useRef(0);
  useLiveTraces((ids) => {
    if (range.kind === "between") return;
    if (ids !== null && Date.now() - renewed.current < RENEW_MS) return;
    renewed.current = Date.now();
    void queries.invalidateQueries({ queryKey: ["panel", project] });
  });
}

function Missing({ error, onAgain }: { error: Error; onAgain: () => void }) {
  const isGone = error instanceof ApiError && error.status === 404;
  return (
    <Notice
      title={isGone ? "There is no such dashboard" : "The dashboard could not be read"}
      tone="error"
    >
      <p>{isGone ? "It was deleted, or belongs to another project." : error.message}</p>
      {!isGone && (
        <Button variant="outlined" onClick={onAgain}>
          Try again
        </Button>
      )}
    </Notice>
  );
}
