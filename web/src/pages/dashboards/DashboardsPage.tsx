import { useQuery } from "@tanstack/react-query";
import { dashboardsQuery, shippedQuery } from "../../api/dashboards";
import { EMPTY_DASHBOARD } from "../../model/dashboard";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { Waiting } from "../../ui/Waiting";
import { useView } from "../shell/useView";
import { ImportButton } from "./ImportButton";
import { SavedList } from "./SavedList";
import { ShippedList } from "./ShippedList";
import { useCopy } from "./useCopy";
import "./DashboardsPage.css";

/** The dashboards of a project, and those to start from. */
export function DashboardsPage() {
  const { project } = useView();
  const saved = useQuery(dashboardsQuery(project));
  const shipped = useQuery(shippedQuery(project));
  const copy = useCopy(project);
  const failed = saved.error ?? shipped.error;
  if (failed) {
    return (
      <Notice title="The dashboards could not be listed" tone="error">
        <p>{failed.message}</p>
        <Button
          variant="outlined"
          onClick={() => void Promise.all([saved.refetch(), shipped.refetch()])}
        >
          Try again
        </Button>
      </Notice>
    );
  }
  if (!saved.data || !shipped.data) return <Waiting rows={12} />;
  return (
    <div className="dashboards">
      <header className="dashboards-head">
        <Button
          icon="add"
          variant="primary"
          disabled={copy.isPending}
          onClick={() => copy.mutate({ document: EMPTY_DASHBOARD, isEdited: true })}
        >
          New dashboard
        </Button>
        <ImportButton onRead={(document) => copy.mutate({ document, isEdited: false })} />
        {copy.isError && (
          <p className="dashboards-trouble" role="alert">
            {copy.error.message}
          </p>
        )}
      </header>
      {saved.data.length > 0 && <SavedList rows={saved.data} project={project} />}
      <ShippedList
        shipped={shipped.data}
        project={project}
        isBusy={copy.isPending}
        onStart={(document) => copy.mutate({ document, isEdited: true })}
      />
    </div>
  );
}
