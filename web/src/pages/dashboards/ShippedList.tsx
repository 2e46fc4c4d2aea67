import { Link } from "@tanstack/react-router";
import type { ShippedDashboard } from "../../api/dashboards";
import type { DashboardDocument } from "../../model/dashboard";
import { counted } from "../../model/format";
import { Button } from "../../ui/Button";
import "./ShippedList.css";

interface ShippedListProps {
  shipped: readonly ShippedDashboard[];
  project: string;
  isBusy: boolean;
  onStart: (document: DashboardDocument) => void;
}

/** What comes with the server: to look at as it is, or to start from. */
export function ShippedList({ shipped, project, isBusy, onStart }: ShippedListProps) {
  return (
    <section aria-label="Start from">
      <h2>Start from</h2>
      <ul className="shipped">
        {shipped.map(({ id, document }) => (
          <li key={id} className="shipped-one">
            <Link
              to="/p/$project/dashboards/$dashboardId"
              params={{ project, dashboardId: id }}
              className="shipped-name"
            >
              {document.name}
            </Link>
            <p>{document.description}</p>
            <footer>
              <span className="panel-note">{counted(document.panels.length, "panel")}</span>
              <Button
                variant="outlined"
                disabled={isBusy}
                aria-label={`Start from it: ${document.name}`}
                onClick={() => onStart(document)}
              >
                Start from it
              </Button>
            </footer>
          </li>
        ))}
      </ul>
    </section>
  );
}
