import { useNavigate } from "@tanstack/react-router";
import type { Dashboard } from "../../api/dashboards";
import type { DashboardDocument } from "../../model/dashboard";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import type { View } from "../shell/useView";
import { exportDocument } from "./exportDocument";
import { PanelFrame } from "./PanelFrame";
import { useCopy } from "./useCopy";
import "./DashboardView.css";

interface DashboardViewProps {
  document: DashboardDocument;
  /** As the project has it; null for one that comes with the server. */
  saved: Dashboard | null;
  view: View;
}

/** A dashboard to look at. */
export function DashboardView({ document, saved, view }: DashboardViewProps) {
  const navigate = useNavigate();
  const copy = useCopy(view.project);
  const edit = () => void navigate({ to: ".", search: (search) => ({ ...search, edit: "on" }) });
  return (
    <div className="dashboard">
      <header className="dashboard-head">
        <div className="dashboard-names">
          <h2>{document.name}</h2>
          {document.description !== "" && <p>{document.description}</p>}
        </div>
        {copy.isError && <p role="alert">{copy.error.message}</p>}
        <Button icon="export" onClick={() => exportDocument(document)}>
          Export
        </Button>
        {saved ? (
          <Button icon="edit" variant="outlined" onClick={edit}>
            Edit
          </Button>
        ) : (
          <Button
            variant="primary"
            disabled={copy.isPending}
            title="A copy of your own, which can be changed"
            onClick={() => copy.mutate({ document, isEdited: true })}
          >
            Start from it
          </Button>
        )}
      </header>
      {document.panels.length === 0 && (
        <Notice title="No panel yet">
          <p>A panel shows a measure of traces or spans, or the answer of a query.</p>
          {saved && (
            <Button variant="primary" onClick={edit}>
              Add panels
            </Button>
          )}
        </Notice>
      )}
      <div className="panels">
        {document.panels.map((panel, at) => (
          <PanelFrame key={at} panel={panel} view={view} />
        ))}
      </div>
    </div>
  );
}
